import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { control, runCell, type Cell } from './cell';
import { cellsOf, nameOf, subjects } from './plan';
import type { Report } from './report';
import type { Subject } from './subjects/subject';

/**
 * Runs every `of`-th cell from `share` on of the subjects that match, `slots` at once; a line of JSON for each. Large
 * answers come last and `largeSlots` at once: what holds up the process would tell against the others.
 */
async function main([pattern = '', slots, largeSlots, share, of]: string[]): Promise<void> {
	const chosen = subjects.filter(({ name }) => new RegExp(pattern).test(name));
	const mine = <T>(all: readonly T[]) => all.filter((_, i) => i % Number(of) === Number(share));
	// The longest first, so that none is left for the end.
	const cells = mine(cellsOf(chosen).sort((a, b) => b.subject.limitMs - a.subject.limitMs));
	const large = cells.filter(({ fault }) => fault === '20 MB');
	const others = cells.filter(({ fault }) => fault !== '20 MB');
	// The first run loads n8n, which holds this process up for seconds.
	const [first] = chosen;
	if (first) await control(first).catch(() => undefined);
	await doAll(
		[...toWork(others, false), ...mine(chosen).map((one) => async () => await look(one))],
		Number(slots),
	);
	await doAll(toWork(large, Number(largeSlots) === 1), Number(largeSlots));
}

type Work = () => Promise<Report>;

function toWork(cells: readonly Cell[], isAlone: boolean): Work[] {
	return cells.map((cell) => async () => await attack(cell, isAlone));
}

async function doAll(work: Work[], slots: number): Promise<void> {
	const next = async (): Promise<void> => {
		for (let one = work.shift(); one; one = work.shift()) {
			process.stdout.write(`${JSON.stringify(await one())}\n`);
		}
	};
	await Promise.all(Array.from({ length: slots }, next));
}

async function attack(cell: Cell, isAlone: boolean): Promise<Report> {
	const name = nameOf(cell);
	try {
		const { measures, reds, endedBeforeStop, said } = await runCell(cell, isAlone);
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
