import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { control, runCell, type Cell } from './cell';
import { cellsOf, nameOf, subjects } from './plan';
import type { Report } from './report';
import type { Subject } from './subject';

/** Runs every `of`-th cell from `share` on of the subjects that match, `slots` at once; a line of JSON for each. */
async function main([pattern = '', slots = '1', share = '0', of = '1']: string[]): Promise<void> {
	const chosen = subjects.filter(({ name }) => new RegExp(pattern).test(name));
	const mine = <T>(all: readonly T[]) => all.filter((_, i) => i % Number(of) === Number(share));
	const work = [
		// The longest first, so that none is left for the end.
		...mine(cellsOf(chosen).sort((a, b) => b.subject.limitMs - a.subject.limitMs)).map(
			(cell) => async () => await attack(cell),
		),
		...mine(chosen).map((subject) => async () => await look(subject)),
	];
	const next = async (): Promise<void> => {
		for (let job = work.shift(); job; job = work.shift()) {
			process.stdout.write(`${JSON.stringify(await job())}\n`);
		}
	};
	await Promise.all(Array.from({ length: Number(slots) }, next));
}

async function attack(cell: Cell): Promise<Report> {
	const name = nameOf(cell);
	try {
		const { measures, reds, endedBeforeStop, said } = await runCell(cell);
		const { posts, cancels, running } = measures;
		const counts = { posts: posts.run + posts.retry, cancels, running };
		return { tag: 'cell', name, ...counts, reds, endedBeforeStop, said: said.slice(0, 400) };
	} catch (error) {
		const reds = [`could not be run: ${String(error)}`];
		const nothing = { posts: 0, cancels: 0, running: 0, endedBeforeStop: false, said: '' };
		return { tag: 'cell', name, reds, ...nothing };
	}
}

async function look(subject: Subject): Promise<Report> {
	const reds = await control(subject).catch((error: unknown) => [String(error)]);
	return { tag: 'control', subject: subject.name, reds };
}

const userFolder = mkdtempSync(join(tmpdir(), 'wan-avatar-attack-'));
// n8n-core reads these when it is loaded.
process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_ENCRYPTION_KEY = 'a key for the attack alone';
process.env.N8N_LOG_LEVEL = 'silent';
void main(process.argv.slice(2)).finally(() => {
	rmSync(userFolder, { recursive: true, force: true });
	// What hangs must not keep this process.
	process.exit();
});
