import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm';

const N8N_VERSION = '2.41.1';

export interface InstallOptions {
	say: (text: string) => void;
	/** Breaks an install off. */
	signal?: AbortSignal | undefined;
}

const MARK = `n8n-${N8N_VERSION}`;
const PROGRESS_INTERVAL_MS = 10_000;

/**
 * Installs the whole n8n once for all checkouts of this user.
 * @returns its folder in the user's cache
 */
export async function installN8n({ say, signal }: InstallOptions): Promise<string> {
	const cache = join(cacheFolder(), 'n8n-nodes-wan-avatar');
	const folder = join(cache, MARK);
	if (existsSync(folder)) return folder;
	await mkdir(cache, { recursive: true });
	await removeAbandoned(cache);
	say(`Installing n8n ${N8N_VERSION} once into ${folder} (2.7 GB, several minutes).`);
	// A folder with the final name is a whole install: what breaks off leaves only a part.
	const part = join(cache, `${MARK}.part-${String(process.pid)}`);
	try {
		await installInto(part, { say, signal });
		await rename(part, folder).catch((error: unknown) => {
			// Another checkout was faster.
			if (!existsSync(folder)) throw error;
		});
	} finally {
		await rm(part, { recursive: true, force: true, maxRetries: 3 });
	}
	return folder;
}

function cacheFolder(): string {
	const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
	if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
	if (process.platform === 'win32' && LOCALAPPDATA) return LOCALAPPDATA;
	return join(homedir(), '.cache');
}

/** Parts whose process is gone; one that is still at work keeps its own. */
async function removeAbandoned(cache: string): Promise<void> {
	const parts = (await readdir(cache)).filter((name) => name.startsWith(`${MARK}.part-`));
	const abandoned = parts.filter((name) => !isRunning(Number(name.split('-').at(-1))));
	await Promise.all(
		abandoned.map(async (name) => {
			await rm(join(cache, name), { recursive: true, force: true, maxRetries: 3 });
		}),
	);
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

async function installInto(folder: string, options: InstallOptions): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
	// With its scripts on, the install fails: one of them compiles a Kafka client.
	const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'];
	await step('Fetching the packages of n8n', options, async (onLine) => {
		const { signal } = options;
		await npm(['install', `n8n@${N8N_VERSION}`, ...flags], { folder, onLine, signal });
	});
	await step('Making SQLite ready for this Node', options, async (onLine) => {
		await npm(['rebuild', 'sqlite3'], { folder, onLine, signal: options.signal });
	});
}

/** Says every few seconds that it goes on, and how far it is. */
async function step(
	title: string,
	{ say }: InstallOptions,
	work: (onLine: (line: string) => void) => Promise<void>,
): Promise<void> {
	const startMs = Date.now();
	let fetched = 0;
	let shown = 0;
	const show = () => {
		const seconds = String(Math.round((Date.now() - startMs) / 1000));
		const count = `, ${String(fetched)} files fetched`;
		const stage = fetched === shown ? ', unpacking' : '';
		say(`${title}: ${seconds} s${fetched > 0 ? `${count}${stage}` : ''}`);
		shown = fetched;
	};
	const timer = setInterval(show, PROGRESS_INTERVAL_MS);
	try {
		await work((line) => {
			if (line.startsWith('npm http')) fetched += 1;
		});
		show();
	} finally {
		clearInterval(timer);
	}
}
