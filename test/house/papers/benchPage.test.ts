import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CHAPTERS } from '../../bench/page/chapters';
import {
	benchPage,
	FAILED,
	INTRODUCTION,
	NO_PEER,
	NO_REASON,
	PAGE,
	PLOT,
} from '../../bench/page/page';
import { panelsOf } from '../../bench/page/panels';
import { PEERS } from '../../bench/peers/versions';
import { MEASURES } from '../../bench/measures';
import { parseRows, type BenchRow } from '../../bench/rows';
import { prose } from './texts';

const facts = {
	date: '2026-01-01',
	machine: 'a machine',
	versions: 'n8n 1, Node.js 2',
	minutes: 1,
	failures: [],
};

type Measured = readonly BenchRow['measure'][];

/** What a page may not have: words that the code has not, rows with nobody beside them, what was not measured. */
function faultsOf(page: string, measured: Measured): string[] {
	const text = prose(page);
	const chapters = CHAPTERS.filter(({ measure }) => measured.includes(measure));
	const words = [
		INTRODUCTION,
		...chapters.map(({ title, text }) => `## ${title} ${text} | measured`),
	];
	const missing = words.filter((one) => !text.includes(prose(one)));
	const stale = Object.values(PEERS).filter(({ name, version }) => {
		const shown = [
			...text.matchAll(new RegExp(`(?<![\\w@/])${escaped(name)} (\\d[\\w.-]*):`, 'g')),
		];
		return shown.some(([, other]) => other !== version);
	});
	return [
		...missing.map((one) => `not as the code has it: ${one.slice(0, 30)}`),
		...stale.map(({ name }) => `another version: ${name}`),
		...[NO_PEER, NO_REASON, `| ${FAILED} |`].filter((one) => text.includes(one)),
	];
}

function escaped(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

describe(PAGE, () => {
	const page = readFileSync(PAGE, 'utf8');

	it('has the words and versions of the code, a peer or a word in each row, and a reason for each aim that is missed', () => {
		expect(
			faultsOf(
				page,
				MEASURES.flatMap(({ full, gives }) => (full ? gives : [])),
			),
		).toEqual([]);
	});

	it('has a plot', () => {
		expect(readFileSync(PLOT, 'utf8')).toContain('Wall clock over the longest job');
	});
});

it('every program that measures is there', () => {
	expect(MEASURES.filter(({ script }) => !existsSync(script))).toEqual([]);
});

describe('what is planted is found', () => {
	const row = (more: Partial<BenchRow>): BenchRow[] =>
		parseRows(JSON.stringify({ measure: 'jobs', what: '5 jobs', value: 1.2, unit: 'x', ...more }));
	const found = async (more: Partial<BenchRow>, measured: Measured = ['jobs']) =>
		faultsOf(await benchPage(row(more), facts), measured);
	const noPeer = 'Nobody does it.';

	it('a row without a peer, and an aim that is missed without a reason', async () => {
		expect(await found({})).toEqual([NO_PEER]);
		expect(await found({ noPeer })).toEqual([]);
		const aim = { most: 1.1 };
		expect(await found({ noPeer, aim })).toEqual([]);
		expect(await found({ noPeer, aim, what: 'another thing' })).toEqual([NO_REASON]);
	});

	it('a chapter that has no row, and a program that failed', async () => {
		expect(await found({ noPeer }, ['jobs', 'lag'])).toEqual([
			expect.stringMatching(/^not as the code has it: ## From the end of a job/),
		]);
		const page = await benchPage(row({ noPeer }), {
			...facts,
			failures: ['x.ts ended with exit 1'],
		});
		expect(faultsOf(page, ['jobs'])).toEqual(['| failed |']);
	});

	it('a peer of another version', async () => {
		const { name, version } = PEERS.openAi;
		const peers = (given: string) => [{ name, version: given, value: 8 }];
		expect(await found({ peers: peers(version) })).toEqual([]);
		expect(await found({ peers: peers('0.0.1') })).toEqual([`another version: ${name}`]);
	});
});

describe('a row', () => {
	it('says how many times a peer has of what is ours, and what is missed', async () => {
		const text = JSON.stringify({
			measure: 'jobs',
			what: '5 jobs',
			value: 1.2,
			unit: 'x',
			peers: [{ name: 'Another', version: '1.0.0', value: 8.01, note: 'one by one' }],
			aim: { most: 1.1 },
			note: '3 s | twice',
		});
		const page = prose(await benchPage(parseRows(text), facts));
		expect(page).toContain(
			'| 5 jobs | 1.2 x | Another 1.0.0: 8.01 x (6.68 times ours); one by one | at most 1.1 x | missed: until a first job of the run has ended nobody knows when to look; 3 s \\| twice |',
		);
	});

	it('adds its points to the plot', () => {
		const points = [
			{ panel: 'jobs', series: 'Another', x: 5, y: 8.01 },
			{ panel: 'jobs', series: 'ours', x: 5, y: 1.2 },
		];
		const text = JSON.stringify({ measure: 'jobs', what: 'a', value: 1, unit: 'x', points });
		expect(panelsOf(parseRows(text))).toMatchObject([
			{
				aim: 1.1,
				series: [
					{ name: 'Another', points: [['5', 8.01]] },
					{ name: 'ours', points: [['5', 1.2]] },
				],
			},
		]);
	});

	it('that cannot be read is an error', () => {
		expect(() => parseRows('{"measure":"weather"}')).toThrow();
	});
});
