import type { SavedWorkflow } from '../../demo/n8n/rest';
import { generateForm, located } from '../nodes/WanAvatar/engine/rig';
import { MANUAL } from './callers';
import type { Rig } from './rig';

/** Nodes of a workflow by their names, each with what follows on it. */
export interface Step {
	name: string;
	type: string;
	typeVersion?: number;
	parameters: object;
	/** Further settings of the node, such as `onError`. */
	settings?: object;
}

export const AVATAR = 'Wan Avatar';

/** Makes a workflow of a manual start and steps behind each other, each with the credentials of the rig. */
export async function createChain(
	{ n8n, credentials }: Rig,
	steps: readonly Step[],
	settings: object = {},
): Promise<SavedWorkflow> {
	const start: Step = { name: MANUAL, type: 'n8n-nodes-base.manualTrigger', parameters: {} };
	const chain = [start, ...steps];
	return await n8n.rest.createWorkflow({
		name: steps.map(({ name }) => name).join(', '),
		nodes: chain.map(({ settings: own, typeVersion = 1, ...step }, index) => ({
			...step,
			...own,
			typeVersion,
			position: [index * 200, 0],
			...(step.type.startsWith('n8n-nodes-wan-avatar')
				? { credentials: Object.fromEntries([...credentials].filter(([type]) => OWN.has(type))) }
				: {}),
		})),
		connections: Object.fromEntries(
			chain
				.slice(1)
				.map(({ name }, index) => [
					chain[index]?.name ?? '',
					{ main: [[{ node: name, type: 'main', index: 0 }]] },
				]),
		),
		settings,
	});
}

const OWN: ReadonlySet<string> = new Set(['runPodApi', 'minioApi']);

/** A step that gives so many items `{avatar_id}`, each of its own name. */
export function avatars(...ids: readonly string[]): Step {
	const list = JSON.stringify(ids.map((avatar_id) => ({ avatar_id })));
	return {
		name: 'Avatars',
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: { jsCode: `return ${list}.map((json) => ({ json }));` },
	};
}

/** Generate for the avatars that come in, with the inputs of the examples in MinIO. */
export function generateStep(parameters: object = {}, settings: object = {}): Step {
	return {
		name: AVATAR,
		type: 'n8n-nodes-wan-avatar.wanAvatar',
		parameters: {
			...generateForm,
			useMinioCredential: true,
			portraitPath: located('path', 'input-avatars/portrait.png'),
			drivingVideoPath: located('path', 'sitting-woman/driving-video.mp4'),
			avatarId: '={{ $json.avatar_id }}',
			...parameters,
		},
		settings,
	};
}
