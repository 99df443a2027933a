import { format, resolveConfig } from 'prettier';
import { aimText, figure, isMet, peerText, type BenchRow } from '../rows';
import { CHAPTERS, type Chapter } from './chapters';
import { panelsOf } from './panels';

export const PAGE = 'docs/bench.md';
export const PLOT = 'docs/bench.svg';

/** What one run was made on, and of. */
export interface RunFacts {
	/** As 2026-11-28. */
	date: string;
	machine: string;
	versions: string;
	minutes: number;
	/** Programs that gave no rows, or not all, and how they ended. */
	failures: readonly string[];
}

export const INTRODUCTION = `# Measured beside others

This page is written by \`npm run bench -- --write\`, which runs everything below on one machine, one after another, each beside what
people would otherwise take, in the same run. \`npm run bench\` is a shorter form that prints. Packages of others come from npm, at the
versions of \`test/bench/peers/versions.ts\`. A ratio after a figure of theirs is to ours.`;

/** The whole page, as Prettier wants it. */
export async function benchPage(rows: readonly BenchRow[], facts: RunFacts): Promise<string> {
	const text = [
		INTRODUCTION,
		factsText(facts),
		...(panelsOf(rows).length > 0 ? [`![The figures of this page as a plot](bench.svg)`] : []),
		...CHAPTERS.flatMap((chapter) => chapterText(chapter, rows)),
	].join('\n\n');
	return await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

export const FAILED = 'failed';

function factsText({ date, machine, versions, minutes, failures }: RunFacts): string {
	const failed = failures.map((failure) => `| ${FAILED} | ${cell(failure)} |`);
	return [
		'| run | |',
		'| --- | --- |',
		`| date | ${date} (${minutes.toFixed(0)} minutes) |`,
		`| machine | ${cell(machine)} |`,
		`| versions | ${cell(versions)} |`,
		...failed,
	].join('\n');
}

/** A chapter of which nothing was measured is left out. */
function chapterText(chapter: Chapter, rows: readonly BenchRow[]): string[] {
	const { measure, title, text } = chapter;
	const own = rows.filter((row) => row.measure === measure).map((row) => rowText(row, chapter));
	if (own.length === 0) return [];
	const head = ['| measured | ours | beside | aim | |', '| - | - | - | - | - |'];
	return [`## ${title}`, text, [...head, ...own].join('\n')];
}

function rowText(row: BenchRow, chapter: Chapter): string {
	const { what, value, unit } = row;
	const own = value === null ? 'not measured' : `${figure(value)} ${unit}`;
	const cells = [what, own, besideText(row), aimText(row), verdict(row, chapter)];
	return `| ${cells.map(cell).join(' | ')} |`;
}

function besideText(row: BenchRow): string {
	const peers = row.peers.map((peer) => {
		const version = peer.version === undefined ? '' : ` ${peer.version}`;
		return `${peer.name}${version}: ${peerText(row, peer)}`;
	});
	const words = [...peers, ...(row.noPeer === undefined ? [] : [row.noPeer])];
	return words.length > 0 ? words.join('<br>') : NO_PEER;
}

export const NO_PEER = 'nobody was measured';
export const NO_REASON = 'the reason is not known';

function verdict(row: BenchRow, { reasons = [] }: Chapter): string {
	const met = isMet(row);
	const [, reason = NO_REASON] = reasons.find(([what]) => what.test(row.what)) ?? [];
	const words = [
		...(met === undefined ? [] : [met ? 'met' : `missed: ${reason}`]),
		...(row.note === undefined ? [] : [row.note]),
	];
	return words.join('; ');
}

/** A bar would end the cell. */
function cell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
