import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { generateForm, located } from '../nodes/WanAvatar/engine/rig';
import { withCredentials } from '../../demo/n8n/seed';
import { aVideo, open } from './callers';
import { startRig, until, type Rig } from './rig';
import {
	addressOf,
	call,
	endedJob,
	executionsOf,
	itemsOf,
	publishedTrigger,
	triggerWorkflow,
} from './triggerCalls';

let rig: Rig;

beforeAll(async () => {
	// The videos are ready, and RunPod's second and third call come after 0.5 and 1.5 s.
	rig = await startRig({ fast: true, workersMax: 20, callsKept: 1000, timeFactor: 0.1 });
});
afterEach(() => {
	rig.standIn.queue.clearFaults();
});
afterAll(async () => {
	await rig.close();
});

/** A workflow with Generate that does not wait, and its job's ID. */
async function generate(avatarId: string, webhookUrl: string): Promise<void> {
	const start = {
		name: 'Start',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const wanAvatar = {
		name: 'Generate',
		type: 'n8n-nodes-wan-avatar.wanAvatar',
		typeVersion: 1,
		position: [200, 0],
		parameters: {
			...generateForm,
			avatarId,
			portraitPath: located('path', 'input-avatars/portrait.png'),
			drivingVideoPath: 'sitting-woman/driving-video.mp4',
			waitForCompletion: false,
			workerOptions: { webhookUrl },
		},
	};
	const connections = { Start: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] } };
	const whole = { name: 'Generate', nodes: [start, wanAvatar], connections };
	const { rest } = rig.n8n;
	const workflow = await rest.createWorkflow(withCredentials(whole, rig.credentials));
	const execution = await rig.ended(await rest.run(workflow, 'Start'));
	expect(execution.status).toBe('success');
}

it("the end of Generate's job starts the workflow once, with links that open", async () => {
	const workflow = await publishedTrigger(rig);
	await generate('one', addressOf(rig, workflow));
	await until(async () => (await executionsOf(rig, workflow)).length > 0);

	const executions = await executionsOf(rig, workflow);

	expect(executions).toMatchObject([{ status: 'success', lastNodeExecuted: 'Next' }]);
	const [item] = itemsOf(executions);
	expect(item).toMatchObject({
		status: 'COMPLETED',
		minio_key: 'user-avatars/user_1/one/idle.mp4',
		failure_reason: null,
		warnings: [],
	});
	expect(await open(String(item?.video_url))).toEqual(aVideo);
});

it('50 callbacks of 20 jobs are 20 executions, over a crash and a restart', async () => {
	const workflow = await publishedTrigger(rig);
	const address = addressOf(rig, workflow);
	const ids = await Promise.all(Array.from({ length: 20 }, async () => await endedJob(rig)));
	const callAll = async (called: readonly string[]) =>
		await Promise.all(called.map(async (id) => await call(rig, workflow, { id })));
	const first = ids.slice(0, 10);

	const answers = await callAll([...first, ...first]);
	expect(await executionsOf(rig, workflow)).toHaveLength(10);
	await rig.crash();
	expect(addressOf(rig, workflow)).toBe(address);
	answers.push(...(await callAll(ids)));
	await rig.restart();
	answers.push(...(await callAll(ids.slice(10))));

	expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
	const items = itemsOf(await executionsOf(rig, workflow));
	expect(items).toHaveLength(20);
	expect(items.map(({ job_id }) => job_id).sort()).toEqual([...ids].sort());
});

it('a call that names no job of the endpoint starts nothing, and its answer tells nothing', async () => {
	const workflow = await publishedTrigger(rig);
	const ended = await endedJob(rig);
	const forged = {
		id: randomUUID(),
		status: 'COMPLETED',
		output: { video_url: 'https://x.example' },
	};
	const text = { body: 'no JSON' };
	const elsewhere = { ...workflow, path: `${randomUUID()}/${workflow.id}` };

	const answers = [
		await call(rig, workflow, forged),
		await call(rig, workflow, {}),
		await call(rig, workflow, []),
		await call(rig, workflow, { id: { $ne: '' } }),
		await call(rig, workflow, { id: '../health' }),
		await call(rig, workflow, { id: 'a'.repeat(10_000) }),
		await call(rig, workflow, {}, text),
		await call(rig, workflow, {}, { ...text, headers: {} }),
		await call(rig, workflow, { id: ended, pad: 'x'.repeat(17_000_000) }),
		await call(rig, workflow, {}, { method: 'GET' }),
		await call(rig, elsewhere, { id: ended }),
	];

	const codes = answers.map(({ status }) => status);
	expect(codes).toEqual([404, 400, 400, 400, 400, 400, 422, 400, expect.anything(), 404, 404]);
	expect(codes[8]).toBeGreaterThanOrEqual(400);
	const told = answers.map((answer) => answer.text).join();
	for (const secret of [ended, ...secretsOf(rig)]) expect(told).not.toContain(secret);
	expect(await executionsOf(rig, workflow)).toEqual([]);
});

function secretsOf({ standIn }: Rig): string[] {
	const { runpod, minio } = standIn.address();
	return [runpod.apiKey, runpod.endpointId, minio.accessKey, minio.secretKey];
}

it('while RunPod cannot be asked it is told to call again, and then one execution starts', async () => {
	const workflow = await publishedTrigger(rig);
	rig.standIn.queue.fault({ route: 'status', kind: 'answer', status: 502, times: Infinity });
	const id = await endedJob(rig, addressOf(rig, workflow));
	const answer = await call(rig, workflow, { id });
	expect(answer.status).toBe(503);
	rig.standIn.queue.clearFaults();

	// RunPod's own second or third call.
	await until(async () => (await executionsOf(rig, workflow)).length > 0);
	expect(await call(rig, workflow, { id })).toMatchObject({ status: 200 });

	expect(itemsOf(await executionsOf(rig, workflow))).toMatchObject([{ job_id: id }]);
});

it('a failed job is an item, and its end after a retry is another', async () => {
	const [all, completedOnly] = [
		await publishedTrigger(rig),
		await publishedTrigger(rig, { events: ['completed'] }),
	];
	rig.standIn.queue.script({ kind: 'failed', error: 'CUDA out of memory', times: 1 });
	const id = await endedJob(rig, addressOf(rig, all));
	await until(async () => (await executionsOf(rig, all)).length > 0);
	expect(await call(rig, completedOnly, { id })).toMatchObject({ status: 200 });

	await retry(id);
	await until(async () => (await executionsOf(rig, all)).length > 1);
	await call(rig, completedOnly, { id });

	expect(itemsOf(await executionsOf(rig, all))).toMatchObject([
		{ job_id: id, status: 'FAILED', failure_reason: 'CUDA out of memory', video_url: null },
		{ job_id: id, status: 'COMPLETED', failure_reason: null },
	]);
	expect(itemsOf(await executionsOf(rig, completedOnly))).toMatchObject([{ status: 'COMPLETED' }]);
});

async function retry(id: string): Promise<void> {
	const { baseUrl, endpointId, apiKey } = rig.standIn.address().runpod;
	const headers = { authorization: `Bearer ${apiKey}` };
	const answer = await fetch(`${baseUrl}/${endpointId}/retry/${id}`, { method: 'POST', headers });
	expect(answer.status).toBe(200);
}

it('a key that RunPod refuses is shown by one failed execution, and nothing runs after it', async () => {
	const workflow = await publishedTrigger(rig);
	const id = await endedJob(rig);
	rig.standIn.queue.fault({ route: 'status', kind: 'answer', status: 401, times: Infinity });

	const answers = [];
	for (let calls = 0; calls < 4; calls++) answers.push(await call(rig, workflow, { id }));

	expect(answers.map(({ status }) => status)).toEqual([503, 500, 503, 503]);
	expect(answers.map(({ text }) => text).join()).not.toContain('401');
	const [execution, ...more] = await executionsOf(rig, workflow);
	expect(more).toEqual([]);
	expect(execution).toMatchObject({ status: 'error' });
	expect(execution?.error?.message).toContain(`RunPod refuses to tell about job ${id}`);
	expect(execution?.runData).not.toHaveProperty('Next');
});

it('a workflow whose credential names no endpoint cannot be published', async () => {
	const { endpointId, ...data } = rig.standIn.address().runpod;
	const runPodApi = await rig.n8n.rest.saveCredential({
		name: 'No endpoint',
		type: 'runPodApi',
		data: { apiKey: data.apiKey, queueBaseUrl: data.baseUrl },
	});
	const credentials = new Map([...rig.credentials, ['runPodApi', runPodApi]]);
	const workflow = await triggerWorkflow({ ...rig, credentials });

	await rig.n8n.rest.activate(workflow);

	// n8n publishes in the background, and tells its editor.
	const told = async () =>
		await rig.n8n.rest.request('GET', `/workflows/${workflow.id}/publication-status`);
	await until(async () => JSON.stringify(await told()).includes('RunPod API credential names no'));
});

it('"Listen for test event" takes a call, also one of a job that has started the workflow before', async () => {
	const workflow = await publishedTrigger(rig);
	const id = await endedJob(rig);
	await call(rig, workflow, { id });
	const listen = { triggerToStartFrom: { name: 'Wan Avatar Trigger' } };
	const asked = await rig.n8n.rest.request('POST', `/workflows/${workflow.id}/run`, listen);
	expect(asked).toMatchObject({ waitingForWebhook: true });

	expect(await call(rig, workflow, { id }, { kind: 'webhook-test' })).toMatchObject({
		status: 200,
	});

	const executions = await executionsOf(rig, workflow);
	expect(itemsOf(executions)).toMatchObject([{ job_id: id }, { job_id: id }]);
});
