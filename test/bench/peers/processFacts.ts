import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a process has used so far, by Linux's own count in hundredths of a second. */
export function cpuTimeMs(pid: number): number {
	const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
	const [user, system] = stat
		.slice(stat.lastIndexOf(')') + 2)
		.split(' ')
		.slice(11, 13)
		.map(Number);
	return ((user ?? NaN) + (system ?? NaN)) * 10;
}

/** How many sockets a process has open. */
export function openSockets(pid: number): number {
	const folder = `/proc/${String(pid)}/fd`;
	return readdirSync(folder).filter((name) => isSocket(`${folder}/${name}`)).length;
}

function isSocket(path: string): boolean {
	try {
		return readlinkSync(path).startsWith('socket:');
	} catch {
		// It was closed meanwhile.
		return false;
	}
}
