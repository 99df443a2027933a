import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IDataObject, INode } from 'n8n-workflow';
import { generateForm, located, statusForm, workflowOf } from '../engine/rig';
import { startStoredRig, until, type StoredRig } from '../engine/storedRig';

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

const TOOL = { type: 'n8n-nodes-wan-avatar.wanAvatarTool' };

/** The answers of one node to several calls of a model, in one execution: each is a run of its own. */
async function talk(calls: object[], form: INode['parameters'] = {}, node: Partial<INode> = TOOL) {
	const parameters = { ...generateForm, ...form };
	const workflow = workflowOf(parameters, { node });
	const [start, wanAvatar] = workflow.nodes;
	if (!start || !wanAvatar) throw new Error('two nodes are missing');
	const turns = calls.map((call, i) => ({
		...start,
		id: `turn${String(i)}`,
		name: `Turn ${String(i)}`,
		parameters: { items: JSON.stringify([call]) },
	}));
	const to = (name: string) => ({ node: name, type: 'main', index: 0 }) as const;
	const { runData, error } = await rig.engine.run({
		name: 'a talk',
		nodes: [start, ...turns, wanAvatar],
		connections: {
			Start: { main: [turns.map(({ name }) => to(name))] },
			...Object.fromEntries(turns.map(({ name }) => [name, { main: [[to('Wan Avatar')]] }])),
		},
	});
	const runs = runData['Wan Avatar'] ?? [];
	return { error, answers: runs.map(({ data }) => data?.main?.[0]?.[0]?.json ?? {}) };
}

const idOf = (answer: IDataObject | undefined) =>
	typeof answer?.job_id === 'string' ? answer.job_id : '';
const submits = () => rig.queue.calls('run').length;
const SOON = { waitingOptions: { timeoutMinutes: 0.05 } };

describe('what a model is told', () => {
	it('is small, has nothing that is empty, and says what to do', async () => {
		const { answers } = await talk([{ avatar: 'small' }]);
		expect(answers).toEqual([
			{
				job_id: expect.any(String),
				status: 'COMPLETED',
				minio_key: 'user-avatars/user_1/small/idle.mp4',
				video_url: expect.stringContaining('small/idle.mp4'),
				video_url_expires_at: expect.any(String),
				thumbnail_key: 'user-avatars/user_1/small/thumb.jpg',
				thumbnail_url: expect.any(String),
				...{ fps: 24, width: 1280, height: 720 },
				size_bytes: expect.any(Number),
				duration_seconds: expect.any(Number),
				next_step: expect.stringContaining('give video_url to the user'),
			},
		]);
		expect(JSON.stringify(answers).length).toBeLessThan(1500);
	});

	it('is the job, with the next step, where the video takes longer than a tool may', async () => {
		rig.queue.script({ kind: 'never', times: 1 });
		const { answers, error } = await talk([{ avatar: 'long' }], SOON);
		expect(error).toBeUndefined();
		const [answer] = answers;
		expect(answer).toEqual({
			job_id: expect.any(String),
			status: 'IN_PROGRESS',
			output_video_key: 'user-avatars/user_1/long/idle.mp4',
			next_step: expect.stringMatching(/Get Status with this job_id \(\S+\) in about 3 minutes/),
		});
		expect(rig.queue.calls('cancel')).toHaveLength(0);
	});

	it('is the job at once without Wait for Completion, and the same job when asked again', async () => {
		rig.queue.script({ kind: 'never', times: 1 });
		const { answers } = await talk([{ avatar: 'off' }, { avatar: 'off' }], {
			waitForCompletion: false,
		});
		expect(answers.map(({ job_id }) => job_id)).toEqual([answers[0]?.job_id, answers[0]?.job_id]);
		expect(answers[1]?.status).toBe('IN_PROGRESS');
		expect(submits()).toBe(1);
	});

	it('is what was wrong and what to do, though the node does not continue on fail', async () => {
		const { answers, error } = await talk([{ avatar: 'a/b' }]);
		expect(error).toBeUndefined();
		expect(answers).toEqual([
			{
				error: expect.stringContaining('Avatar ID'),
				details: expect.objectContaining({
					code: 'INVALID_INPUT',
					remedy: expect.stringContaining('Nothing was sent to RunPod'),
				}),
			},
		]);
		expect(submits()).toBe(0);
	});

	it('of a fault of all items too', async () => {
		const { answers, error } = await talk([{}], { operation: 'gone' });
		expect(error).toBeUndefined();
		expect(answers[0]?.error).toBe('Wan Avatar has no operation avatar:gone');
	});
});

describe('the same request in one execution', () => {
	it('has one job, once it is finished too', async () => {
		const { answers } = await talk([{ avatar: 'twice' }, { avatar: 'twice' }, { avatar: 'other' }]);
		expect(answers.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
		expect(answers[1]).toEqual(answers[0]);
		expect(answers[2]?.job_id).not.toBe(answers[0]?.job_id);
		expect(submits()).toBe(2);
	});

	it('has one job under a new name for each run', async () => {
		const { answers } = await talk([{ avatar: 'named' }, { avatar: 'named' }], {
			outputOptions: { outputName: 'new' },
		});
		expect(answers[0]?.minio_key).toMatch(/named\/idle-1-[0-9a-f]{12}\.mp4$/);
		expect(answers[1]).toEqual(answers[0]);
		expect(submits()).toBe(1);
	});

	it('has one job where MinIO is not used', async () => {
		const { runPodApi } = rig.credentials;
		const node = { ...TOOL, credentials: { runPodApi: { id: 'runPodApi', name: 'runPodApi' } } };
		expect(runPodApi).toBeDefined();
		const { answers } = await talk([{ avatar: 'plain' }, { avatar: 'plain' }], {}, node);
		expect(answers[1]).toEqual(answers[0]);
		expect(submits()).toBe(1);
	});

	it('has one job that failed, which is told again', async () => {
		rig.queue.script({ kind: 'failed', error: 'no face found', times: 1 });
		const { answers } = await talk([{ avatar: 'failed' }, { avatar: 'failed' }]);
		for (const answer of answers)
			expect(answer.error).toMatch(/failed on the worker: no face found/);
		expect(submits()).toBe(1);
	});

	it('has a new job where the user lets the model ask for another take', async () => {
		const { answers } = await talk(
			[{ avatar: 'take' }, { avatar: 'take', again: true }, { avatar: 'take' }],
			{ makeAgain: '={{ $json.again ?? false }}' },
		);
		expect(answers[1]?.job_id).not.toBe(answers[0]?.job_id);
		expect(answers[2]?.job_id).toBe(answers[1]?.job_id);
		expect(submits()).toBe(2);
	});

	it('has no second job beside one that goes on, whoever wants another take', async () => {
		rig.queue.script({ kind: 'never', times: 1 });
		const form = { makeAgain: '={{ $json.again ?? false }}', waitForCompletion: false };
		const { answers } = await talk([{ avatar: 'busy' }, { avatar: 'busy', again: true }], form);
		expect(answers[1]?.job_id).toBe(answers[0]?.job_id);
		expect(submits()).toBe(1);
	});
});

it('Stop cancels the job of a tool', async () => {
	rig.queue.script({ kind: 'never', times: 1 });
	const stop = new AbortController();
	const running = rig.run(generateForm, {
		items: [{ avatar: 'stopped' }],
		node: TOOL,
		signal: stop.signal,
	});
	await until('the submit', () => submits() === 1);
	stop.abort();
	await running;
	await until('the cancel', () => rig.queue.calls('cancel').length === 1);
});

describe('what a tool cannot do', () => {
	it.each([
		['portraitSource', 'Portrait Binary Field'],
		['drivingVideoSource', 'Driving Video Binary Field'],
	])('is refused before anything is paid: %s', async (source, label) => {
		const { answers } = await talk([{ avatar: 'files' }], { [source]: 'binary' });
		expect(answers[0]?.error).toBe(`${label} cannot be used in a tool: a tool gets no files`);
		expect(submits()).toBe(0);
	});
});

describe('a job of a talk', () => {
	it('is waited for no longer than a tool may, and goes on', async () => {
		rig.queue.script({ kind: 'never', times: 1 });
		const { answers: made } = await talk([{ avatar: 'wait' }], SOON);
		const waiting = { resource: 'job', operation: 'wait', ...SOON, jobId: idOf(made[0]) };
		const { answers } = await talk([{}], waiting);
		expect(answers[0]).toMatchObject({ job_id: made[0]?.job_id, status: 'IN_PROGRESS' });
		expect(rig.queue.calls('cancel')).toHaveLength(0);
	});

	it('is found by its key once RunPod has forgotten it', async () => {
		const { answers: made } = await talk([{ avatar: 'forgotten' }]);
		rig.queue.fault({
			route: 'status',
			kind: 'answer',
			status: 404,
			body: '{"error":"job not found"}',
		});
		const { answers } = await talk([{}], {
			...statusForm,
			jobId: idOf(made[0]),
			jobVideoKey: 'user-avatars/user_1/forgotten/idle.mp4',
		});
		expect(answers[0]).toMatchObject({ status: 'COMPLETED', minio_key: made[0]?.minio_key });
	});
});

it('the path may be a plain text, as a model gives it', async () => {
	const { answers } = await talk([{ avatar: 'text', portrait: 'input-avatars/jobs.png' }], {
		portraitPath: located('path', '={{ $json.portrait }}'),
	});
	expect(answers[0]?.status).toBe('COMPLETED');
});
