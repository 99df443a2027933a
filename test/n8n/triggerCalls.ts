import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';
import type { Execution, SavedWorkflow } from '../../demo/n8n/rest';
import { withCredentials } from '../../demo/n8n/seed';
import { until, type Rig } from './rig';

export const TRIGGER = 'Wan Avatar Trigger';

/** A published workflow that starts with the trigger. */
export interface TriggeredWorkflow extends SavedWorkflow {
	/** The path of the trigger's address, as n8n's editor shows it. */
	path: string;
}

/** Makes a workflow of the trigger alone, with credentials. */
export async function triggerWorkflow(
	rig: Rig,
	parameters: object = {},
): Promise<TriggeredWorkflow> {
	const webhookId = randomUUID();
	const trigger = {
		name: TRIGGER,
		type: 'n8n-nodes-wan-avatar.wanAvatarTrigger',
		typeVersion: 1,
		position: [0, 0],
		webhookId,
		parameters: { ...parameters },
	};
	const after = {
		name: 'Next',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [200, 0],
		parameters: {},
	};
	const connections = { [TRIGGER]: { main: [[{ node: 'Next', type: 'main', index: 0 }]] } };
	const whole = { name: TRIGGER, nodes: [trigger, after], connections };
	const saved = await rig.n8n.rest.createWorkflow(withCredentials(whole, rig.credentials));
	return { ...saved, path: `${webhookId}/${saved.id}` };
}

const withWebhooks = z.object({ nodes: z.array(z.object({ webhookId: z.string().optional() })) });

/** The address of the trigger of a published workflow that was imported: n8n has given it an ID of its own. */
export async function triggerAddress(rig: Rig, workflow: SavedWorkflow): Promise<string> {
	const saved = await rig.n8n.rest.request('GET', `/workflows/${workflow.id}`);
	const webhookId = withWebhooks.parse(saved).nodes.find((node) => node.webhookId)?.webhookId;
	const triggered = { ...workflow, path: `${String(webhookId)}/${workflow.id}` };
	await until(async () => (await call(rig, triggered, {})).status !== 404);
	return addressOf(rig, triggered);
}

export async function publishedTrigger(rig: Rig, parameters?: object): Promise<TriggeredWorkflow> {
	const workflow = await triggerWorkflow(rig, parameters);
	await rig.n8n.rest.activate(workflow);
	// n8n answers 404 for a moment.
	await until(async () => (await call(rig, workflow, { id: '' })).status !== 404);
	return workflow;
}

/** The trigger's address, or the one of a test step. */
export function addressOf({ n8n }: Rig, { path }: TriggeredWorkflow, kind = 'webhook'): string {
	return `${n8n.url}/${kind}/${path}`;
}

export interface Answer {
	status: number;
	text: string;
}

/** Calls a trigger, as RunPod does or as somebody else might. */
export async function call(
	rig: Rig,
	workflow: TriggeredWorkflow,
	body: unknown,
	{ kind = 'webhook', ...init }: RequestInit & { kind?: string } = {},
): Promise<Answer> {
	const answer = await fetch(addressOf(rig, workflow, kind), {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		...(init.method === 'GET' ? {} : { body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(60_000),
		...init,
	});
	return { status: answer.status, text: await answer.text() };
}

const submitted = z.object({ id: z.string() });

/** Submits a job as any client of RunPod may, and waits for its end. */
export async function endedJob({ standIn }: Rig, webhook?: string): Promise<string> {
	const { baseUrl, endpointId, apiKey } = standIn.address().runpod;
	const answer = await fetch(`${baseUrl}/${endpointId}/run`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ input: inputOf(randomUUID()), ...(webhook ? { webhook } : {}) }),
	});
	const { id } = submitted.parse(await answer.json());
	await until(() => standIn.queue.jobs().some((job) => job.id === id && hasEnded(job.status)));
	return id;
}

export function hasEnded(status: string): boolean {
	return status !== 'IN_QUEUE' && status !== 'IN_PROGRESS';
}

function inputOf(avatarId: string): object {
	return {
		user_id: 'caller',
		avatar_id: avatarId,
		image_minio_path: 'input-avatars/portrait.png',
		driving_video_path: 'sitting-woman/driving-video.mp4',
		output_video_key: `user-avatars/caller/${avatarId}/idle.mp4`,
	};
}

/** The executions of a workflow once no more are under way, the first one first. */
export async function executionsOf(rig: Rig, { id }: SavedWorkflow): Promise<Execution[]> {
	const list = async () => await rig.n8n.rest.executions(id);
	await delay(500);
	await until(async () => (await list()).every(({ status }) => hasEnded(status.toUpperCase())));
	const ids = (await list()).map((one) => one.id).reverse();
	return await Promise.all(ids.map(async (one) => await rig.n8n.rest.execution(one)));
}

/** What the trigger gave to each execution. */
export function itemsOf(executions: readonly Execution[]): Record<string, unknown>[] {
	return executions.flatMap(
		({ runData }) => runData[TRIGGER]?.[0]?.data?.main[0]?.map(({ json }) => json) ?? [],
	);
}
