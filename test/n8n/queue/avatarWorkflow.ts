import type { Execution } from '../../../demo/n8n/rest';
import { generateForm, located } from '../../nodes/WanAvatar/engine/rig';
import { until } from '../rig';
import { call } from '../callers';
import type { QueueRig } from './queueRig';

const NODE = 'Wan Avatar';

/** Which process of n8n a workflow is called at. */
export type Entry = 'webhook process' | 'main';

/** A published workflow: its webhook, the node, and what else there is. */
export interface AvatarWorkflow {
	/** Calls the webhook, and waits for its answer only. */
	send: (init: RequestInit, entry?: Entry) => Promise<void>;
	/** The executions so far. */
	executionIds: () => Promise<string[]>;
	/** Makes a video for each avatar. @returns the ID of the execution */
	start: (avatars: readonly string[], entry?: Entry) => Promise<string>;
}

export interface AvatarWorkflowOptions {
	/** Also the path of its webhook. */
	name: string;
	/** Of the node, in place of those of two paths in the bucket. */
	parameters?: object;
	/** Default true. */
	withMinio?: boolean | undefined;
	/** Comes between the webhook and the node. */
	before?: readonly PlainNode[];
	/** Comes behind the node. */
	after?: readonly PlainNode[];
	settings?: object;
}

export interface PlainNode {
	name: string;
	type: string;
	typeVersion: number;
	parameters: object;
}

/** Makes an item of each avatar that the webhook is called with. */
const AVATARS: PlainNode = {
	name: 'Avatars',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.avatars', options: {} },
};

export async function publish(
	rig: QueueRig,
	options: AvatarWorkflowOptions,
): Promise<AvatarWorkflow> {
	const { rest } = rig.n8n;
	const { name, before = [AVATARS], after = [], settings = {} } = options;
	const nodes = [webhook(name), ...before, wanAvatar(rig, options), ...after];
	const connections: Record<string, object> = {};
	for (const [index, { name: node }] of nodes.slice(1).entries())
		connections[nodes[index]?.name ?? ''] = { main: [[{ node, type: 'main', index: 0 }]] };
	const workflow = await rest.createWorkflow({
		name,
		nodes: nodes.map((node, index) => ({ ...node, position: [200 * index, 0] })),
		connections,
		settings,
	});
	await rest.activate(workflow);
	const send: AvatarWorkflow['send'] = async (init, entry) => {
		const entryUrl = entry === 'main' ? () => rig.n8n.url : rig.entryUrl;
		const answer = await call({ entryUrl }, `/webhook/${name}`, { method: 'POST', ...init });
		if (!answer.ok) throw new Error(`the webhook answered ${String(answer.status)}`);
	};
	const executionIds = async () => (await rest.executions(workflow.id)).map(({ id }) => id);
	return {
		send,
		executionIds,
		start: async (avatars, entry) => {
			const before = new Set(await executionIds());
			await send(bodyOf(avatars), entry);
			let id: string | undefined;
			await until(async () => {
				id = (await executionIds()).find((one) => !before.has(one));
				return id !== undefined;
			});
			return id ?? '';
		},
	};
}

export function bodyOf(avatars: readonly string[]): RequestInit {
	const body = JSON.stringify({ avatars: avatars.map((avatar) => ({ avatar })) });
	return { body, headers: { 'content-type': 'application/json' } };
}

function webhook(name: string) {
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: name,
		parameters: { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} },
	};
}

function wanAvatar(
	{ credentials }: QueueRig,
	{ parameters = {}, withMinio = true }: AvatarWorkflowOptions,
) {
	const types = withMinio ? ['runPodApi', 'minioApi'] : ['runPodApi'];
	return {
		name: NODE,
		type: 'n8n-nodes-wan-avatar.wanAvatar',
		typeVersion: 1,
		parameters: {
			...generateForm,
			useMinioCredential: withMinio,
			portraitPath: located('path', 'input-avatars/portrait.png'),
			drivingVideoPath: 'sitting-woman/driving-video.mp4',
			...parameters,
		},
		credentials: Object.fromEntries(types.map((type) => [type, credentials.get(type)])),
	};
}

/** What the user reads of an execution that failed. */
export function wordsOf({ error, runData }: Execution): string {
	const own = runData[NODE]?.at(-1)?.error;
	return (own ?? error)?.message ?? '';
}

/** A field of each item that the node gave. */
export function fieldOf({ runData }: Execution, field: string): unknown[] {
	const items = runData[NODE]?.at(-1)?.data?.main[0] ?? [];
	return items.map(({ json }) => json[field]);
}
