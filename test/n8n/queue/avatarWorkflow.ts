import type { Execution } from '../../../demo/n8n/rest';
import { generateForm } from '../../nodes/WanAvatar/engine/rig';
import { AVATAR, createChain, generateStep, type Step } from '../avatarWorkflow';
import { until } from '../rig';
import { call } from '../callers';
import { webhookStart } from '../webhookStart';
import type { QueueRig } from './queueRig';

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
	before?: readonly Step[];
	/** Comes behind the node. */
	after?: readonly Step[];
	settings?: object;
}

/** Makes an item of each avatar that the webhook is called with. */
const AVATARS: Step = {
	name: 'Avatars',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.avatars', options: {} },
};

export async function publish(
	rig: QueueRig,
	options: AvatarWorkflowOptions,
): Promise<AvatarWorkflow> {
	const { name, before = [AVATARS], after = [], settings = {} } = options;
	const { parameters = {}, withMinio = true } = options;
	const form = { avatarId: generateForm.avatarId, useMinioCredential: withMinio, ...parameters };
	const workflow = await createChain(rig, [...before, generateStep(form), ...after], {
		settings,
		start: webhookStart(name),
	});
	await rig.n8n.rest.activate(workflow);
	const send: AvatarWorkflow['send'] = async (init, entry) => {
		const entryUrl = entry === 'main' ? () => rig.n8n.url : rig.entryUrl;
		const answer = await call({ entryUrl }, `/webhook/${name}`, { method: 'POST', ...init });
		if (!answer.ok) throw new Error(`the webhook answered ${String(answer.status)}`);
	};
	const executionIds = async () => (await rig.n8n.rest.executions(workflow.id)).map(({ id }) => id);
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

/** What the user reads of an execution that failed. */
export function wordsOf({ error, runData }: Execution): string {
	const own = runData[AVATAR]?.at(-1)?.error;
	return (own ?? error)?.message ?? '';
}

/** A field of each item that the node gave. */
export function fieldOf({ runData }: Execution, field: string): unknown[] {
	const items = runData[AVATAR]?.at(-1)?.data?.main[0] ?? [];
	return items.map(({ json }) => json[field]);
}
