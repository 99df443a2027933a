import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IDataObject } from 'n8n-workflow';
import { generateForm, startRig } from '../../engine/rig';
import { BUCKET, startStoredRig, until, type StoredRig } from '../../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const cancel = (more: object = {}) => ({ resource: 'job', operation: 'cancel', ...more });
const ofExecution = (executionId: string, more: object = {}) =>
	cancel({ jobsToCancel: 'execution', executionId, ...more });

/** Jobs that run until they are cancelled. */
async function running(avatars: string[], executionId = '1'): Promise<string[]> {
	rig.queue.script({
		kind: 'never',
		when: ({ avatar_id }) => typeof avatar_id === 'string' && avatars.includes(avatar_id),
	});
	const items = avatars.map((avatar) => ({ avatar }));
	const form = { ...generateForm, waitForCompletion: false };
	const { success } = await rig.run(form, { items, executionId });
	rig.queue.clearCalls();
	return success.map(({ json }) => (typeof json.job_id === 'string' ? json.job_id : ''));
}

/** Their cancels go on by themselves, also into the tests that come after. */
const refused = new Set<string>();
const idIn = ({ path }: { path: string }) => path.split('/').at(-1) ?? '';
const calls = () => rig.queue.calls().filter((call) => !refused.has(idIn(call)));
const cancelled = () =>
	rig.queue
		.calls('cancel')
		.map(idIn)
		.filter((id) => !refused.has(id));
const statusOf = (id: string) => rig.queue.jobs().find((job) => job.id === id)?.status;

describe('Cancel of a list of jobs', () => {
	it.each<[string, (ids: string[]) => unknown]>([
		['a list from an expression', (ids) => ids],
		['a text with commas', (ids) => ids.join(', ')],
		['a text with line breaks', (ids) => `${ids.join('\n')}\n`],
		['a text with spaces, and one ID twice', (ids) => [...ids, ids[0]].join('  ')],
	])('takes %s, and gives each job an item', async (what, listed) => {
		const ids = await running([`${what} 1`, `${what} 2`, `${what} 3`]);
		const items = [{ ids: listed(ids) }];

		const { success, error } = await rig.run(cancel({ jobId: '={{ $json.ids }}' }), { items });

		expect(error).toBeUndefined();
		expect(success).toMatchObject(
			ids.map((id) => ({
				json: { job_id: id, status: 'CANCELLED', endpoint_id: 'endpoint1' },
				pairedItem: { item: 0 },
			})),
		);
		expect(cancelled().sort()).toEqual([...ids].sort());
	});

	it('cancels a job once though several items name it', async () => {
		const [one = '', two = ''] = await running(['shared 1', 'shared 2']);
		const items = [{ ids: [one, two] }, { ids: one }];

		const { success } = await rig.run(cancel({ jobId: '={{ $json.ids }}' }), { items });

		expect(success.map(({ json, pairedItem }) => [json.job_id, pairedItem])).toEqual([
			[one, { item: 0 }],
			[two, { item: 0 }],
			[one, { item: 1 }],
		]);
		expect(cancelled()).toHaveLength(2);
	});

	it('leaves a job that has ended as it is, and says its state', async () => {
		const form = { ...generateForm, waitForCompletion: false };
		const { success: made } = await rig.run(form, { items: [{ avatar: 'ended' }] });
		await until('it has ended', () => rig.queue.jobs().at(-1)?.status === 'COMPLETED');

		const { success } = await rig.run(cancel(), { items: [made[0]?.json ?? {}] });

		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			minio_key: 'user-avatars/user_1/ended/idle.mp4',
		});
		expect(rig.queue.calls('cancel')).toEqual([]);
	});

	it('goes on though one cannot be cancelled, and names that one', async () => {
		const [bad = '', good = ''] = await running(['refused', 'taken']);
		refused.add(bad);
		const refuse = () => {
			// A refused cancel is tried three times before it is told, and goes on by itself.
			const refusal = { kind: 'answer', status: 403, body: '{}', times: 5 } as const;
			rig.queue.fault({ route: 'cancel', jobId: bad, ...refusal });
		};
		const items: IDataObject[] = [{ ids: [bad, good] }];
		refuse();
		const { success, failed } = await rig.run(cancel({ jobId: '={{ $json.ids }}' }), {
			items,
			onError: 'continueErrorOutput',
		});
		expect(success).toMatchObject([{ json: { job_id: good, status: 'CANCELLED' } }]);
		expect(failed).toMatchObject([
			{
				json: {
					error: expect.stringContaining(`Job ${bad} was not cancelled`),
					details: { job_id: bad },
				},
				pairedItem: { item: 0 },
			},
		]);

		refuse();
		const { error } = await rig.run(cancel({ jobId: '={{ $json.ids }}' }), { items });
		expect(error?.message).toContain(`Job ${bad} was not cancelled`);
		expect(error?.description).toMatch(/It may still be running on endpoint endpoint1/);
		expect(error?.description).toContain(`Item 0: job ${good} is CANCELLED`);
	});

	it('warns of a job that RunPod does not know', async () => {
		const { success } = await rig.run(cancel({ jobId: 'no-such-job-u1' }));
		expect(success[0]?.json).toMatchObject({
			status: 'NOT_FOUND',
			warnings: [expect.stringMatching(/runs on another endpoint and was not cancelled/)],
		});
	});

	it('names what is no job ID, and cancels none of the others', async () => {
		const [good = ''] = await running(['beside']);
		const { error } = await rig.run(cancel({ jobId: `${good}, a/b` }));
		expect(error?.message).toMatch(/must be IDs of jobs, which these are not: "a\/b"/);
		expect(calls()).toEqual([]);
		expect(statusOf(good)).not.toBe('CANCELLED');
	});
});

describe('Cancel of all jobs of an execution', () => {
	it('finds them by their records, and leaves those of others', async () => {
		const ours = await running(['execution 1', 'execution 2'], '77');
		const [others = ''] = await running(['execution 3'], '78');

		const { success, error } = await rig.run(ofExecution('77'));

		expect(error).toBeUndefined();
		expect(success.map(({ json }) => json.job_id).sort()).toEqual([...ours].sort());
		expect(success).toMatchObject(
			ours.map(() => ({ json: { status: 'CANCELLED' }, pairedItem: { item: 0 } })),
		);
		expect(success[0]?.json.output_video_key).toMatch(/^user-avatars\/user_1\/execution \d\/idle/);
		expect(statusOf(others)).not.toBe('CANCELLED');
		expect(cancelled()).toHaveLength(2);
	});

	it('names a submit of which no job ID was noted, after it has cancelled the others', async () => {
		const [known = ''] = await running(['noted'], '90');
		const key = 'user-avatars/user_1/noted/idle.mp4.job.json';
		const stored = await rig.store.read(BUCKET, key);
		const record: unknown = JSON.parse(stored?.toString('utf8') ?? '{}');
		const intent = JSON.stringify({ ...Object(record), state: 'intent', job_id: null });
		await rig.store.putBytes(BUCKET, 'user-avatars/user_1/intent/idle.mp4.job.json', intent);

		const { success, failed } = await rig.run(ofExecution('90'), {
			onError: 'continueErrorOutput',
		});

		expect(success).toMatchObject([{ json: { job_id: known, status: 'CANCELLED' } }]);
		expect(failed).toMatchObject([
			{
				json: {
					error: expect.stringMatching(/noted no job ID .*intent.*may be running/),
					details: { code: 'SUBMIT_UNKNOWN', endpoint_id: 'endpoint1' },
				},
			},
		]);
	});

	it('cancels the jobs though the record of another cannot be read, and names that record', async () => {
		const ours = await running(['read 1', 'read 2'], '92');
		const key = 'user-avatars/user_1/strange/idle.mp4.job.json';
		await rig.store.putBytes(BUCKET, key, 'x'.repeat(1_100_000));

		const { success, failed } = await rig.run(ofExecution('92'), {
			onError: 'continueErrorOutput',
		});

		// The cancel of an earlier test's job may still be repeated.
		expect(cancelled()).toEqual(expect.arrayContaining(ours));
		expect(success).toHaveLength(2);
		expect(failed).toMatchObject([
			{ json: { error: expect.stringContaining(key), details: { record_key: key } } },
		]);
		await rig.store.putBytes(BUCKET, key, '{}');
	});

	it('says so when no record names the execution, or lies under another prefix', async () => {
		await running(['elsewhere'], '91');
		const none = await rig.run(ofExecution('404404'));
		expect(none.error?.message).toMatch(
			/No job record .*"user-avatars\/" .* names execution 404404/,
		);
		const elsewhere = await rig.run(ofExecution('91', { recordPrefix: 'user-avatars/user_2/' }));
		expect(elsewhere.error?.message).toMatch(/No job record/);
		expect(calls()).toEqual([]);
	});

	it('needs a MinIO credential', async () => {
		const plain = await startRig('lazy');
		try {
			const { error } = await plain.run(ofExecution('1'));
			expect(error?.message).toBe('This node has no MinIO API credential');
		} finally {
			await plain.close();
		}
	});
});
