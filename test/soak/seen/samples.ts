import { readdir, readFile, readlink } from 'node:fs/promises';

/** What n8n's process takes up at a moment. */
export interface Sample {
	atMs: number;
	/** How often n8n has been started. */
	life: number;
	rssMb: number;
	/** Of V8; nothing where n8n did not tell. */
	heapMb: number | undefined;
	/** Open files and sockets. */
	handles: number;
	sockets: number;
	executions: number;
	paid: number;
	delivered: number;
}

type Use = Pick<Sample, 'rssMb' | 'heapMb' | 'handles' | 'sockets'>;

/** @returns nothing where that cannot be read just now */
export async function useOf(pid: number, n8nUrl: string): Promise<Use | undefined> {
	try {
		const [status, handles, heapMb] = await Promise.all([
			readFile(`/proc/${String(pid)}/status`, 'utf8'),
			handlesOf(pid),
			heapOf(n8nUrl),
		]);
		const rssKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
		return Number.isNaN(rssKb) ? undefined : { rssMb: rssKb / 1024, heapMb, ...handles };
	} catch {
		return undefined;
	}
}

export function isGone(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return false;
	} catch {
		return true;
	}
}

async function handlesOf(pid: number): Promise<{ handles: number; sockets: number }> {
	const folder = `/proc/${String(pid)}/fd`;
	const links = await Promise.all(
		(await readdir(folder)).map(async (fd) => await readlink(`${folder}/${fd}`).catch(() => '')),
	);
	return {
		handles: links.length,
		sockets: links.filter((link) => link.startsWith('socket:')).length,
	};
}

async function heapOf(n8nUrl: string): Promise<number | undefined> {
	const signal = AbortSignal.timeout(2000);
	const metrics = await fetch(`${n8nUrl}/metrics`, { signal })
		.then(async (answer) => await answer.text())
		.catch(() => '');
	const bytes = /^\w*nodejs_heap_size_used_bytes(?:{[^}]*})? (\S+)$/m.exec(metrics)?.[1];
	return bytes === undefined ? undefined : Number(bytes) / 1024 / 1024;
}
