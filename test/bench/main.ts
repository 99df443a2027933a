import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { N8N_VERSION } from '../../demo/n8n/install';
import { version } from '../../package.json';
import { writeChart } from '../charts/lineChart';
import { MEASURES, type Measure } from './measures';
import { benchPage, PAGE, PLOT, type RunFacts } from './page/page';
import { panelsOf } from './page/panels';
import { runProgram } from './program';
import { parseRows, ROWS_FILE, type BenchRow } from './rows';

const USAGE = `Usage: npm run bench -- [options]
  --write        everything at full size, written to ${PAGE} and ${PLOT}; up to 20 minutes
  --only <part>  only the programs of which this is a part of the path
  --rows <file>  keeps the rows there; with --write and --only the others are taken from it, where a program failed`;

/** Runs what measures, each in a process of its own, prints what they say, and writes the page where that is wanted. */
async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			write: { type: 'boolean', default: false },
			only: { type: 'string' },
			rows: { type: 'string' },
		},
	});
	const { write, only = '', rows } = values;
	const measures = chosen(only);
	if (write && only !== '' && rows === undefined)
		throw new Error(
			`--write with --only needs --rows: the rows of all others are taken from that file\n${USAGE}`,
		);
	const signal = stopSignal();
	const startMs = Date.now();
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-rows-'));
	const rowsFile = rows ?? join(folder, 'rows.jsonl');
	const failures: string[] = [];
	try {
		for (const measure of measures) {
			if (signal.aborted) break;
			const args = write ? measure.full : measure.quick;
			if (args === null) continue;
			forget(measure, rowsFile);
			const failure = await run(measure, { args, rowsFile, folder, signal });
			if (failure !== undefined) failures.push(failure);
		}
		if (write && !signal.aborted) await writePage(rowsFile, factsOf(startMs, failures));
	} finally {
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	}
	for (const failure of failures) console.error(`FAILED: ${failure}`);
	if (!signal.aborted) process.exitCode = failures.length > 0 ? 1 : 0;
}

function chosen(only: string): readonly Measure[] {
	const measures = MEASURES.filter(({ script }) => script.includes(only));
	if (measures.length > 0) return measures;
	const names = MEASURES.map(({ script }) => script).join(', ');
	throw new Error(`No program has "${only}" in its path. There are: ${names}`);
}

/** Ctrl+C and a service manager end the program at hand with all that it started. */
function stopSignal(): AbortSignal {
	const stop = new AbortController();
	const stopWith = (exitCode: number) => () => {
		process.exitCode = exitCode;
		stop.abort();
	};
	// Not once: a second Ctrl+C must not kill the process while it cleans up.
	process.on('SIGINT', stopWith(130)).on('SIGTERM', stopWith(143));
	return stop.signal;
}

/** What a program gave in an earlier run. */
function forget({ gives }: Measure, rowsFile: string): void {
	const kept = readRows(rowsFile).filter(({ measure }) => !gives.includes(measure));
	writeFileSync(rowsFile, kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function readRows(rowsFile: string): BenchRow[] {
	return existsSync(rowsFile) ? parseRows(readFileSync(rowsFile, 'utf8')) : [];
}

interface Run {
	args: readonly string[];
	rowsFile: string;
	/** What a program leaves there goes with it. */
	folder: string;
	signal: AbortSignal;
}

/** What went wrong with a program, in words; what it measured before is kept. */
async function run(
	{ script, nodeFlags = [], limitMinutes }: Measure,
	{ args, rowsFile, folder, signal }: Run,
): Promise<string | undefined> {
	console.log(`=== ${[script, ...args].join(' ')}`);
	const startMs = Date.now();
	const problem = await runProgram({
		args: [...nodeFlags, '--import', 'tsx', script, ...args],
		env: { ...process.env, [ROWS_FILE]: rowsFile, TMPDIR: folder },
		limitMs: limitMinutes * 60_000,
		signal,
	});
	const seconds = Math.round((Date.now() - startMs) / 1000);
	console.log(`=== ${script}: ${String(seconds)} s`);
	return problem === undefined ? undefined : `${script} ${problem} after ${String(seconds)} s`;
}

async function writePage(rowsFile: string, facts: RunFacts): Promise<void> {
	const rows = readRows(rowsFile);
	writeFileSync(PAGE, await benchPage(rows, facts));
	const panels = panelsOf(rows);
	if (panels.length > 0) writeChart(PLOT, panels);
	console.log(`${String(rows.length)} rows in ${PAGE}, ${String(panels.length)} panels in ${PLOT}`);
}

function factsOf(startMs: number, failures: readonly string[]): RunFacts {
	const [cpu] = cpus();
	const gigabytes = Math.round(totalmem() / 1024 ** 3);
	const processors = `${String(cpus().length)} cores of ${cpu?.model ?? 'an unknown processor'}`;
	return {
		date: new Date(startMs).toISOString().slice(0, 10),
		machine: `${processors}, ${String(gigabytes)} GB, ${systemName()} (Linux ${release()}, ${arch()})`,
		versions: `n8n-nodes-wan-avatar ${version}, n8n ${N8N_VERSION}, Node.js ${process.versions.node}`,
		minutes: (Date.now() - startMs) / 60_000,
		failures,
	};
}

function systemName(): string {
	const file = '/etc/os-release';
	const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
	return /^PRETTY_NAME="(.*)"$/m.exec(text)?.[1] ?? process.platform;
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
