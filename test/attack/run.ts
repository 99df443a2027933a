import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ATTACKED_FOLDER, LIMIT_SCALE } from './matrix';
import { cellsOf, nameOf, subjects } from './plan';
import { report, type CellReport, type Report } from './report';
import { selfTest } from './selfTest';
import { tableOf } from './table';

const TIME_LIMIT_MS = 10 * 60_000;
/** Cells wait nearly all of their time, so that many run at once on two cores. */
const crews = [
	{ pattern: '^(avatar|job|template|video|endpoint):', slots: 10, largeSlots: 1, children: 2 },
	{ pattern: '^wan-avatar ', slots: 4, largeSlots: 3, children: 1 },
] as const;

/**
 * Attacks what matches the pattern, prints the table and what is red; gives the exit code. `file` gets all reports,
 * with what each run said.
 */
async function main([pattern = '', file]: string[]): Promise<number> {
	const startedMs = performance.now();
	await build();
	const missed = await selfTest();
	if (missed.length > 0) {
		console.error(`The check cannot see red: ${missed.join('; ')}`);
		return 1;
	}
	console.log('Self-test: a hanging operation and a careless one are red, as they should be.');
	const chosen = subjects.filter(({ name }) => new RegExp(pattern).test(name));
	const reports = await attackAll(pattern, TIME_LIMIT_MS - (performance.now() - startedMs));
	if (file !== undefined) writeFileSync(file, JSON.stringify(reports, null, 2));
	const cells = new Map<string, CellReport>();
	for (const one of reports) if (one.tag === 'cell') cells.set(one.name, one);
	console.log(tableOf(chosen, cells));
	const reds = redLines(reports, cellsOf(chosen).map(nameOf), new Set(cells.keys()));
	const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
	console.log(`\n${String(cells.size)} cells in ${minutes} minutes, ${String(reds.length)} red`);
	for (const line of reds) console.log(`  ${line}`);
	return reds.length > 0 ? 1 : 0;
}

/** Builds the package with short limits beside the usual one. */
async function build(): Promise<void> {
	const child = spawn(process.execPath, ['node_modules/gulp/bin/gulp.js'], {
		env: { ...process.env, BUILD_FOLDER: ATTACKED_FOLDER, LIMIT_SCALE: String(LIMIT_SCALE) },
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	await once(child, 'exit');
	if (child.exitCode !== 0) throw new Error(`The build ended with ${String(child.exitCode)}`);
}

async function attackAll(pattern: string, timeLimitMs: number): Promise<Report[]> {
	const reports: Report[] = [];
	const children = crews.flatMap((crew) =>
		Array.from({ length: crew.children }, (_, share) => {
			const both = `^(?=.*(?:${pattern}))(?=${crew.pattern.slice(1)})`;
			const numbers = [crew.slots, crew.largeSlots, share, crew.children];
			return spawn(
				process.execPath,
				['--import', 'tsx', 'test/attack/child.ts', both, ...numbers.map(String)],
				{
					stdio: ['ignore', 'pipe', 'inherit'],
				},
			);
		}),
	);
	const timer = setTimeout(() => {
		for (const child of children) child.kill('SIGKILL');
	}, timeLimitMs);
	await Promise.all(
		children.map(async (child) => {
			const closed = once(child, 'close');
			for await (const line of createInterface({ input: child.stdout }))
				reports.push(report.parse(JSON.parse(line)));
			await closed;
		}),
	);
	clearTimeout(timer);
	return reports;
}

function redLines(
	reports: readonly Report[],
	wanted: readonly string[],
	seen: ReadonlySet<string>,
): string[] {
	const red = reports.flatMap((one) => {
		const name = one.tag === 'cell' ? one.name : `${one.subject} without any fault`;
		return one.reds.length > 0 ? [`${name}: ${one.reds.join('; ')}`] : [];
	});
	const notRun = wanted
		.filter((name) => !seen.has(name))
		.map((name) => `${name}: was not run in time`);
	return [...red.sort(), ...notRun];
}

void main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
