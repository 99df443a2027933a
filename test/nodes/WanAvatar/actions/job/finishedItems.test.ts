import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { generateForm } from '../../engine/rig';
import { startStoredRig, type StoredRig } from '../../engine/storedRig';

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

const waitForm = { resource: 'job', operation: 'wait', useMinioCredential: true };
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** The item of a job that has its video. */
async function madeItem(avatar: string): Promise<Record<string, unknown>> {
	const { success } = await rig.run(generateForm, { items: [{ avatar }] });
	const [made] = success;
	rig.queue.clearCalls();
	return made?.json ?? {};
}

it('an item that has its video passes as it is, and the others are fetched', async () => {
	const finished: Record<string, unknown> = { ...(await madeItem('done')), mine: 'kept' };
	const { job_id } = await madeItem('fetched');

	const { error, success } = await rig.run(waitForm, { items: [finished, { job_id }] });

	expect(error).toBeUndefined();
	expect(success.map(({ json }) => json.job_id)).toEqual([finished.job_id, job_id]);
	expect(success[0]?.json).toEqual(finished);
	expect(success[1]?.json).toMatchObject({ status: 'COMPLETED' });
	expect(rig.queue.calls('status')).toHaveLength(1);
});

it.each([
	['whose link does not open any more', { video_url_expires_at: '2020-01-01T00:00:00.000Z' }],
	['without a link', { video_url: null }],
	['of a job that runs', { status: 'IN_PROGRESS' }],
])('an item %s is asked for', async (_what, fields) => {
	const made = await madeItem('asked');
	const { success } = await rig.run(waitForm, { items: [{ ...made, ...fields }] });
	expect(success[0]?.json).toMatchObject({ job_id: made.job_id, status: 'COMPLETED' });
	expect(rig.queue.calls('status')).toHaveLength(1);
});

it('an item of another job than the one that is asked for is no answer', async () => {
	const made = { ...(await madeItem('other')), video_url_expires_at: inAnHour() };
	const { job_id } = await madeItem('wanted');
	const { success } = await rig.run(
		{ ...waitForm, jobId: `=${String(job_id)}` },
		{ items: [made] },
	);
	expect(success[0]?.json.job_id).toBe(job_id);
});

it('an item that failed before stays failed, with its words', async () => {
	const failed = {
		error: 'Job abc failed on the worker: no face',
		details: { job_id: 'abc', code: 'JOB_FAILED', remedy: 'Check the portrait.' },
	};
	const { job_id } = await madeItem('good');

	const { error, success } = await rig.run(waitForm, {
		items: [failed, { job_id }],
		onError: 'continueRegularOutput',
	});

	expect(error).toBeUndefined();
	expect(success.map(({ json }) => json)).toEqual([
		failed,
		expect.objectContaining({ job_id, status: 'COMPLETED' }),
	]);

	const whole = await rig.run(waitForm, { items: [failed] });
	expect(whole.error?.message).toBe('Job abc failed on the worker: no face');
	expect(whole.error?.description).toBe('Check the portrait.');
});
