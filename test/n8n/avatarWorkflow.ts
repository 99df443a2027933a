import type { SavedWorkflow } from '../../demo/n8n/rest';
import { generateForm, located } from '../nodes/WanAvatar/engine/rig';
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
export const MANUAL = "When clicking 'Execute workflow'";

export interface ChainOptions {
	/** Settings of the workflow. */
	settings?: object;
	/** What it starts with, in the place of a manual start. */
	start?: Step;
	/** In the place of, or beside, those from each step to the next; by the name of the node. */
	connections?: Readonly<Record<string, object>>;
}

/** Makes a workflow of a start and steps behind each other, each with the credentials of the rig. */
export async function createChain(
	{ n8n, credentials }: Pick<Rig, 'n8n' | 'credentials'>,
	steps: readonly Step[],
	{ settings = {}, start = MANUAL_START, connections = {} }: ChainOptions = {},
): Promise<SavedWorkflow> {
	const chain = [start, ...steps];
	return await n8n.rest.createWorkflow({
		name: steps.map(({ name }) => name).join(', '),
		nodes: chain.map(({ settings: own, typeVersion = 1, ...step }, index) => ({
			...step,
			...own,
			typeVersion,
			position: [index * 200, 0],
			...(step.type.startsWith('n8n-nodes-wan-avatar')
				? { credentials: credentialsOf(step.parameters, credentials) }
				: {}),
		})),
		connections: {
			...Object.fromEntries(
				chain.slice(1).map(({ name }, index) => [chain[index]?.name ?? '', to([name])]),
			),
			...connections,
		},
		settings,
	});
}

const MANUAL_START: Step = {
	name: MANUAL,
	type: 'n8n-nodes-base.manualTrigger',
	parameters: {},
};

/** The connections of a node: each of its outputs to the nodes named. */
export function to(...outputs: readonly (readonly string[])[]): object {
	return { main: outputs.map((names) => names.map((node) => ({ node, type: 'main', index: 0 }))) };
}

/** MinIO's stays away where the form turns it off. */
function credentialsOf(parameters: object, saved: Rig['credentials']): object {
	const hasMinio = !('useMinioCredential' in parameters) || parameters.useMinioCredential === true;
	const types = hasMinio ? ['runPodApi', 'minioApi'] : ['runPodApi'];
	return Object.fromEntries(types.map((type) => [type, saved.get(type)]));
}

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
