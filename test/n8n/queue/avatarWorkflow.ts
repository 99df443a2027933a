import { generateForm, located } from '../../nodes/WanAvatar/engine/rig';
import { until } from '../rig';
import { call } from '../callers';
import type { QueueRig } from './queueRig';

const NODE = 'Wan Avatar';

/** A published workflow that makes a video for each avatar that its webhook is called with. */
export interface AvatarWorkflow {
	/** @returns the ID of the execution */
	start: (avatars: readonly string[], startedBy?: 'main') => Promise<string>;
}

export interface AvatarWorkflowOptions {
	/** Also the path of its webhook. */
	name: string;
	parameters?: object;
	withMinio?: boolean;
}

export async function publish(
	rig: QueueRig,
	{ name, parameters = {}, withMinio = true }: AvatarWorkflowOptions,
): Promise<AvatarWorkflow> {
	const { rest } = rig.n8n;
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const types = withMinio ? ['runPodApi', 'minioApi'] : ['runPodApi'];
	const workflow = await rest.createWorkflow({
		name,
		nodes: [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				webhookId: name,
				position: [0, 0],
				parameters: { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} },
			},
			{
				name: 'Avatars',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				position: [200, 0],
				parameters: { fieldToSplitOut: 'body.avatars', options: {} },
			},
			{
				name: NODE,
				type: 'n8n-nodes-wan-avatar.wanAvatar',
				typeVersion: 1,
				position: [400, 0],
				parameters: {
					...generateForm,
					useMinioCredential: withMinio,
					portraitPath: located('path', 'input-avatars/portrait.png'),
					drivingVideoPath: 'sitting-woman/driving-video.mp4',
					...parameters,
				},
				credentials: Object.fromEntries(types.map((type) => [type, rig.credentials.get(type)])),
			},
		],
		connections: { Webhook: to('Avatars'), Avatars: to(NODE) },
		settings: {},
	});
	await rest.activate(workflow);
	const ids = async () => (await rest.executions(workflow.id)).map(({ id }) => id);
	return {
		start: async (avatars, startedBy) => {
			const entryUrl = startedBy === 'main' ? () => rig.n8n.url : rig.entryUrl;
			const before = new Set(await ids());
			const body = JSON.stringify({ avatars: avatars.map((avatar) => ({ avatar })) });
			const headers = { 'content-type': 'application/json' };
			const answer = await call({ entryUrl }, `/webhook/${name}`, {
				method: 'POST',
				headers,
				body,
			});
			if (!answer.ok) throw new Error(`the webhook answered ${String(answer.status)}`);
			let id: string | undefined;
			await until(async () => {
				id = (await ids()).find((one) => !before.has(one));
				return id !== undefined;
			});
			return id ?? '';
		},
	};
}
