import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Installs something once for all checkouts of this user; what breaks off leaves nothing that is taken for whole.
 * @param name its folder in the cache, or the path of it
 * @param install fills `part`, which is renamed to `folder` afterwards
 * @returns the folder
 */
export async function installOnce(
	name: string,
	install: (part: string, folder: string) => Promise<void>,
): Promise<string> {
	const folder = join(cacheFolder(), 'n8n-nodes-wan-avatar', name);
	if (existsSync(folder)) return folder;
	await mkdir(dirname(folder), { recursive: true });
	await removeAbandoned(folder);
	// A folder with the final name is a whole install: what breaks off leaves only a part.
	const part = `${folder}.part-${String(process.pid)}`;
	try {
		await mkdir(part, { recursive: true });
		await install(part, folder);
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
async function removeAbandoned(folder: string): Promise<void> {
	const parent = dirname(folder);
	const start = `${basename(folder)}.part-`;
	const parts = (await readdir(parent)).filter((entry) => entry.startsWith(start));
	const abandoned = parts.filter((entry) => !isRunning(Number(entry.split('-').at(-1))));
	await Promise.all(
		abandoned.map(async (entry) => {
			await rm(join(parent, entry), { recursive: true, force: true, maxRetries: 3 });
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
