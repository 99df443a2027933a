import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './cache';
import { npm } from './npm';

export const N8N_VERSION = '2.41.1';

export interface InstallOptions {
	say: (text: string) => void;
	/** Breaks an install off. */
	signal?: AbortSignal | undefined;
}

const PROGRESS_INTERVAL_MS = 10_000;

/**
 * Installs the whole n8n once for all checkouts of this user.
 * @returns its folder in the user's cache
 */
export async function installN8n(options: InstallOptions): Promise<string> {
	return await installOnce(`n8n-${N8N_VERSION}`, async (part, folder) => {
		const where = `once into ${folder} (2.9 GB, about 7 minutes)`;
		options.say(`Installing n8n ${N8N_VERSION} ${where}.`);
		await installInto(part, options);
	});
}

async function installInto(folder: string, options: InstallOptions): Promise<void> {
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
