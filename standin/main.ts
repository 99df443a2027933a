import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readFaults, type Rehearsal, rehearse } from './rehearsal/faultsFile';
import { FaultsFileError } from './rehearsal/fields';
import { seedExamples } from './seedExamples';
import { startStandIn, type StandIn, type StandInOptions } from './standin';

const USAGE = `Usage: npm run standin -- [options]
  --workers <n>              how many jobs run at once (3)
  --cold-start-ms <ms>       time until a worker is ready (60000)
  --run-ms <ms>              least time a job runs (120000)
  --time-factor <x>          all these times are multiplied by it (0.01)
  --retention-ms <ms>        how long a finished job is kept
  --runpod-port <port>       any free port by default
  --management-port <port>   any free port by default
  --minio-port <port>        any free port by default
  --folder <path>            keeps objects and renders there
  --faults <file>            what is to go wrong, as JSON: see docs/standin.md
  --fast                     for many thousand jobs: renders nothing, stores the same small video for each,
                             and prints how much came, as a second line of JSON, when it is stopped`;

const NOTE = `This is a stand-in on this machine: a queue that answers as RunPod, a store that answers as MinIO,
and a worker that is not Wan (it lays the portrait over the driving video with ffmpeg).
The line on stdout holds its addresses and keys. Stop it with Ctrl+C.`;

const MAX_PORT = 65_535;

class UsageError extends Error {}

/** Runs the stand-in until SIGINT or SIGTERM. Prints one line of JSON on stdout: a StandInAddress. */
async function main(): Promise<void> {
	const { faults, ...options } = readOptions(process.argv.slice(2));
	const stopped = waitForStop();
	const standIn = await startStandIn(options);
	try {
		if (faults) rehearse(standIn, faults);
		await Promise.race([announce(standIn), stopped]);
		await stopped;
		if (options.fast === true) process.stdout.write(`${JSON.stringify(standIn.traffic())}\n`);
	} finally {
		await standIn.close();
	}
}

function readOptions(args: string[]): StandInOptions & { faults?: Rehearsal } {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({
		args,
		options: {
			workers: { ...text, default: '3' },
			'cold-start-ms': { ...text, default: '60000' },
			'run-ms': { ...text, default: '120000' },
			'time-factor': { ...text, default: '0.01' },
			'runpod-port': { ...text, default: '0' },
			'management-port': { ...text, default: '0' },
			'minio-port': { ...text, default: '0' },
			'retention-ms': text,
			folder: text,
			faults: text,
			fast: { type: 'boolean', default: false },
		},
	});
	return {
		fast: values.fast,
		workersMax: toWhole('workers', values.workers),
		coldStartMs: toNumber('cold-start-ms', values['cold-start-ms']),
		runMs: toNumber('run-ms', values['run-ms']),
		timeFactor: toNumber('time-factor', values['time-factor']),
		queuePort: toPort('runpod-port', values['runpod-port']),
		managementPort: toPort('management-port', values['management-port']),
		storagePort: toPort('minio-port', values['minio-port']),
		...(values['retention-ms'] === undefined
			? {}
			: { retentionMs: toNumber('retention-ms', values['retention-ms']) }),
		...(values.faults === undefined ? {} : { faults: readFaultsFile(values.faults) }),
		...(values.folder === undefined ? {} : { folder: values.folder }),
	};
}

function readFaultsFile(path: string): Rehearsal {
	try {
		return readFaults(readFileSync(path, 'utf8'));
	} catch (error) {
		const isReadable = error instanceof FaultsFileError;
		throw new UsageError(`--faults ${path}: ${isReadable ? error.message : 'cannot be read'}`);
	}
}

function toNumber(flag: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
		throw new UsageError(`--${flag} must be a number from 0 up, got "${text}"`);
	}
	return value;
}

function toWhole(flag: string, text: string): number {
	const value = toNumber(flag, text);
	if (Number.isSafeInteger(value)) return value;
	throw new UsageError(`--${flag} must be a whole number, got "${text}"`);
}

function toPort(flag: string, text: string): number {
	const port = toWhole(flag, text);
	if (port <= MAX_PORT) return port;
	throw new UsageError(`--${flag} must be a port up to ${String(MAX_PORT)}, got "${text}"`);
}

async function waitForStop(): Promise<void> {
	await new Promise<void>((resolve) => {
		// Not once: a second Ctrl+C must not kill the process while it cleans up.
		process.on('SIGINT', resolve).on('SIGTERM', resolve);
	});
}

async function announce(standIn: StandIn): Promise<void> {
	await seedExamples(standIn);
	process.stderr.write(`${NOTE}\n`);
	process.stdout.write(`${JSON.stringify(standIn.address())}\n`);
}

function fail(error: unknown): never {
	const message = error instanceof Error ? error.message : String(error);
	process.stderr.write(isUsageError(error) ? `${message}\n${USAGE}\n` : `${message}\n`);
	process.exit(isUsageError(error) ? 2 : 1);
}

function isUsageError(error: unknown): boolean {
	if (error instanceof UsageError) return true;
	return (
		error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
	);
}

main().then(() => process.exit(0), fail);
