import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AVATARS_TABLE, openRow, type ExampleWorkflow } from '../../../demo/n8n/seed';
import { aVideo, bringIn, open as openLink } from '../callers';
import { startRig, until, type Rig } from '../rig';

const ROWS = 200;
const ids = Array.from({ length: ROWS }, (_, index) => `avatar-${String(index).padStart(3, '0')}`);
/** Its first job fails. */
const UNLUCKY = 'avatar-150';
const isUnlucky = ({ avatar_id }: Readonly<Record<string, unknown>>) => avatar_id === UNLUCKY;

let rig: Rig;

beforeAll(async () => {
	rig = await startRig({ fast: true, workersMax: 20, runMs: 200 });
});
afterAll(async () => {
	await rig.close();
});

/** How many jobs of each avatar have this status. */
function jobsOf(status: string): Map<unknown, number> {
	const counts = new Map<unknown, number>();
	for (const job of rig.standIn.queue.jobs())
		if (job.status === status) {
			const { avatar_id: avatarId } = job.input;
			counts.set(avatarId, (counts.get(avatarId) ?? 0) + 1);
		}
	return counts;
}

/** A job that is cancelled may have stored its video just before: then it has no other. */
function paidTwice(): unknown[] {
	return [...jobsOf('COMPLETED')].filter(([, count]) => count > 1);
}

it('a night that is stopped in the middle is made up for by the next run: no row is paid or marked twice', async () => {
	const { rest } = rig.n8n;
	const { id: tableId } = await rest.createDataTable({ ...AVATARS_TABLE, rows: ids.map(openRow) });
	const rows = async () => await rest.dataTableRows(tableId);
	const marked = async () => (await rows()).filter(({ video_key }) => video_key !== null);
	const workflow = await bringIn(rig, 'night-of-avatars.json');

	const first = await rest.run(workflow, 'Every Night');
	// Two batches are marked, and the third is being made.
	await until(() => jobsOf('COMPLETED').size > 115, 120_000);
	await rest.stop(first);
	const stopped = await rig.ended(first);
	await until(() => jobsOf('IN_PROGRESS').size === 0 && jobsOf('IN_QUEUE').size === 0);
	const before = await marked();
	const made = jobsOf('COMPLETED');

	expect(stopped.status).toBe('canceled');
	expect(rig.mailbox.mails()).toEqual([]);
	expect(before).toHaveLength(100);
	expect(made.size).toBeGreaterThan(before.length);
	expect(made.size).toBeLessThan(ROWS);

	rig.standIn.queue.script({ kind: 'failed', error: 'no face', when: isUnlucky, times: 1 });
	const second = await rig.ended(await rest.run(workflow, 'Every Night'));

	expect(second.error).toBeUndefined();
	const open = (await rows()).filter(({ video_key }) => video_key === null);
	expect(open).toMatchObject([
		{ avatar_id: UNLUCKY, problem: expect.stringMatching(/^JOB_FAILED: .* no face/) },
	]);

	const third = await rig.ended(await rest.run(workflow, 'Every Night'));

	expect(third.error).toBeUndefined();
	expect(paidTwice()).toEqual([]);
	expect(ids.filter((id) => !jobsOf('COMPLETED').has(id) && !jobsOf('CANCELLED').has(id))).toEqual(
		[],
	);
	const after = await rows();
	expect(after.map(({ avatar_id }) => avatar_id)).toEqual(ids);
	expect(after.filter(({ problem }) => problem !== null)).toEqual([]);
	expect(after.map(({ video_key }) => video_key)).toEqual(
		ids.map((id) => `user-avatars/night/${id}/idle.mp4`),
	);
	expect(after.slice(0, before.length)).toEqual(before);
	expect(before.every(({ cost_usd }) => Number(cost_usd) > 0)).toBe(true);
	expect(await openLink(String(after.at(-1)?.video_link))).toEqual(aVideo);
	expect(rig.mailbox.mails().map(({ subject }) => subject)).toEqual([
		'Avatars of the night: 99 made, 1 left',
		'Avatars of the night: 1 made, 0 left',
	]);
	expect(rig.mailbox.mails()[0]?.text).toContain(`night/${UNLUCKY}: JOB_FAILED: `);
});

it('a run with nothing to do makes nothing and writes to nobody', async () => {
	const { rest } = rig.n8n;
	const before = rig.standIn.queue.jobs().length;
	const workflow = await bringIn(rig, 'night-of-avatars.json');
	const execution = await rig.ended(await rest.run(workflow, 'Every Night'));
	expect(execution).toMatchObject({ status: 'success', lastNodeExecuted: 'Open Rows' });
	expect(rig.standIn.queue.jobs()).toHaveLength(before);
	expect(rig.mailbox.mails()).toHaveLength(2);
});

it('a night that reaches its limit, over all its batches, leaves rows to the next one', async () => {
	const { rest } = rig.n8n;
	const extra = Array.from({ length: 10 }, (_, index) => `extra-${String(index)}`);
	const [table] = await rest.dataTables();
	const tableId = table?.id ?? '';
	await rest.insertRows(tableId, extra.map(openRow));
	const rows = async () => (await rest.dataTableRows(tableId)).slice(ROWS);
	const workflow = await bringIn(rig, 'night-of-avatars.json', (example) => ({
		...example,
		nodes: example.nodes.map(withParameters),
	}));
	const run = async () => await rig.ended(await rest.run(workflow, 'Every Night'));
	const before = rig.standIn.queue.jobs().length;

	expect((await run()).error).toBeUndefined();

	const left = (await rows()).filter(({ video_key }) => video_key === null);
	expect(left.length).toBeGreaterThan(0);
	expect(left.length).toBeLessThan(extra.length);
	for (const { problem } of left) expect(problem).toMatch(/^BUDGET_REACHED: /);
	expect(rig.standIn.queue.jobs()).toHaveLength(before + extra.length - left.length);

	expect((await run()).error).toBeUndefined();

	expect((await rows()).filter(({ video_key }) => video_key === null)).toEqual([]);
	expect(rig.standIn.queue.jobs()).toHaveLength(before + extra.length);
	const made = extra.length - left.length;
	expect(rig.mailbox.mails().slice(-2)).toMatchObject([
		{ subject: `Avatars of the night: ${String(made)} made, ${String(left.length)} left` },
		{ subject: `Avatars of the night: ${String(left.length)} made, 0 left` },
	]);
});

type Node = ExampleWorkflow['nodes'][number];

/** Room for one job at a time, and for some of them, which come in four batches. */
function withParameters(node: Node): Node {
	const { parameters } = node;
	if (node.name === 'Batches of Rows')
		return { ...node, parameters: { ...parameters, batchSize: 3 } };
	if (node.name !== 'Make Avatar Videos') return node;
	return {
		...node,
		parameters: { ...parameters, limits: { spendingLimit: 3.7, maxRunMinutes: 30 } },
	};
}
