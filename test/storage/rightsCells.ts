import { createReadStream, readFileSync } from 'node:fs';
import type { ICredentialTestFunctions, ILoadOptionsFunctions, INode } from 'n8n-workflow';
import * as z from 'zod/v4';
import type { Engine } from '../../demo/engine';
import { minioApiTest } from '../../nodes/WanAvatar/methods/credentialTest/minioApi';
import { WanAvatar } from '../../nodes/WanAvatar/WanAvatar.node';
import type { QueueApi } from '../../standin/queue/queueApi';
import { generateForm, located, workflowOf } from '../nodes/WanAvatar/engine/rig';
import type { Cell, Lines } from './rightsTable';
import { open, type Credential, type Target } from './target';

const CLIP = 'examples/media/driving-video.mp4';
const PICTURE = 'examples/media/portrait.png';
const TEMPLATE = 'sitting-woman/video-conference-woman.mp4';

/** One user before one bucket, with what the cells need. */
export interface World {
	user: string;
	target: Target;
	credential: Credential;
	engine: Engine;
	queue: QueueApi;
}

export const CELLS: Readonly<Record<Cell, (world: World) => Promise<Lines>>> = {
	'credential test': testCredential,
	Generate: async (world) => await generate(world, 'new', {}),
	'Generate with a file': async (world) =>
		await generate(world, 'file', { portraitSource: 'binary', portraitBinaryField: 'data' }),
	'Generate with an input that is missing': async (world) =>
		await generate(world, 'typo', { portraitPath: located('path', 'input-avatars/typo.png') }),
	'Generate with Download Video': async (world) =>
		await generate(world, 'files', { outputOptions: { downloadVideo: true } }),
	'If the Video Exists: Regenerate': async (world) => await generateOver(world, 'regenerate'),
	'If the Video Exists: Return It': async (world) => await generateOver(world, 'return'),
	'If the Video Exists: Fail': async (world) => await generateOver(world, 'fail'),
	'If the Video Exists: Fail, and it does not': async (world) =>
		await generate(world, 'free', { outputOptions: { ifVideoExists: 'fail' } }),
	'Get Links': async (world) => await onVideo(world, 'getLinks'),
	Download: async (world) => await onVideo(world, 'download'),
	Upload: async (world) => await upload(world, false),
	'Upload with Overwrite': async (world) => await upload(world, true),
	Delete: async (world) => await onVideo(world, 'delete'),
	pickers: searchLists,
};

/** What all users find in the bucket. */
export async function fillBucket({ bucket }: Target): Promise<void> {
	await putFile(bucket, TEMPLATE, CLIP);
	await putFile(bucket, 'input-avatars/jobs.png', PICTURE);
}

async function putFile(bucket: Target['bucket'], key: string, path: string): Promise<void> {
	const { length } = readFileSync(path);
	await bucket.put(key, createReadStream(path), length, 'application/octet-stream');
}

async function testCredential({ credential, target }: World): Promise<Lines> {
	const before = await keysIn(target);
	// n8n calls a credential test on a context that it does not use.
	const context: ICredentialTestFunctions = {} as never;
	const data = { id: '1', name: 'x', type: 'x', data: credential };
	const { status, message } = await minioApiTest.call(context, data);
	// Others are at work in the same bucket meanwhile.
	const left = (await keysIn(target)).filter((key) => !before.includes(key));
	const own = left.filter((key) => key.includes('credential-test'));
	return told(credential, [`${status}: ${message}`, ...own.map((key) => `left behind: ${key}`)]);
}

async function keysIn({ bucket }: Target): Promise<string[]> {
	return (await bucket.listPage({ prefix: 'credential-test' })).objects.map(({ key }) => key);
}

const item = z.looseObject({
	error: z.string().optional(),
	details: z.looseObject({ remedy: z.string() }).optional(),
	status: z.string().optional(),
	video_url: z.string().nullish(),
	thumbnail_url: z.string().nullish(),
	warnings: z.array(z.string()).default([]),
});

async function run(world: World, parameters: INode['parameters']): Promise<Lines> {
	const { engine, credential } = world;
	const workflow = workflowOf(parameters, {
		files: { data: parameters.resource === 'template' ? CLIP : PICTURE },
		onError: 'continueRegularOutput',
	});
	const { error, items, runData } = await engine.run(workflow, { executionId: world.user });
	if (error) throw error;
	const [{ json, binary = {} } = { json: {} }] = items('Wan Avatar');
	const seen = item.parse(json);
	const hints = runData['Wan Avatar']?.at(-1)?.hints ?? [];
	return told(credential, [
		...(seen.error === undefined ? [seen.status ?? 'done'] : [`error: ${seen.error}`]),
		...(seen.details ? [`remedy: ${seen.details.remedy}`] : []),
		...(await opened('video_url', seen.video_url, credential)),
		...(await opened('thumbnail_url', seen.thumbnail_url, credential)),
		...Object.keys(binary).map((field) => `file: ${field}`),
		...seen.warnings.map((sentence) => `warning: ${sentence}`),
		...hints.map(({ message }) => `hint: ${message}`),
	]);
}

async function opened(
	field: string,
	url: string | null | undefined,
	credential: Credential,
): Promise<Lines> {
	if (typeof url !== 'string') return [];
	const { status } = await open(url, credential);
	return [status === 200 ? `${field} opens` : `${field} is dead (${String(status)})`];
}

/** Without what differs from run to run. */
function told({ bucket }: Credential, lines: Lines): Lines {
	return lines.map((line) =>
		line
			.replaceAll(/user-avatars\/[\w-]+\/\w+\//g, '<folder>/')
			.replaceAll(/input-avatars\/[\w-]+\/\w+\/\w{64}/g, '<upload>')
			.replaceAll(/templates\/of-[\w-]+\/\w+\//g, '<templates>/')
			.replaceAll(/\b[\w-]{20,}-u\d\b/g, '<job>')
			.replaceAll(`bucket ${String(bucket)}`, 'bucket <bucket>'),
	);
}

async function generate(world: World, avatar: string, more: object): Promise<Lines> {
	const { user, queue } = world;
	const parameters = { ...generateForm, userId: user, avatarId: avatar, ...more };
	const lines = await run(world, parameters);
	const jobs = queue.calls('run').filter(({ body }) => {
		const { input } = sent.parse(body);
		return input.user_id === user && input.avatar_id === avatar;
	});
	return [...lines, `jobs: ${String(jobs.length)}`];
}

const sent = z.object({ input: z.object({ user_id: z.string(), avatar_id: z.string() }) });

async function generateOver(world: World, ifVideoExists: string): Promise<Lines> {
	await putVideo(world, ifVideoExists);
	return await generate(world, ifVideoExists, { outputOptions: { ifVideoExists } });
}

async function putVideo({ target, user }: World, avatar: string): Promise<string> {
	const folder = `user-avatars/${user}/${avatar}`;
	await putFile(target.bucket, `${folder}/idle.mp4`, CLIP);
	await putFile(target.bucket, `${folder}/thumb.jpg`, PICTURE);
	return folder;
}

async function onVideo(world: World, operation: string): Promise<Lines> {
	const folder = await putVideo(world, operation);
	const keys = { videoKey: `${folder}/idle.mp4`, thumbnailKey: `${folder}/thumb.jpg` };
	const lines = await run(world, { resource: 'video', operation, ...keys });
	if (operation !== 'delete') return lines;
	return [...lines, `left: ${await left(world, `${folder}/`)}`];
}

async function left({ target }: World, prefix: string): Promise<string> {
	const { objects } = await target.bucket.listPage({ prefix });
	return objects.map(({ key }) => key.slice(prefix.length)).join(', ');
}

async function upload(world: World, overwrite: boolean): Promise<Lines> {
	const folder = `templates/of-${world.user}/${String(overwrite)}`;
	const lines = await run(world, {
		resource: 'template',
		operation: 'upload',
		templateBinaryField: 'data',
		templatePath: `${folder}/pose.mp4`,
		options: { overwrite },
	});
	return [...lines, `left: ${await left(world, `${folder}/`)}`];
}

async function searchLists({ credential }: World): Promise<Lines> {
	const { searchTemplates, searchPortraits } = new WanAvatar().methods.listSearch;
	const context: ILoadOptionsFunctions = {
		getNode: () => ({
			name: 'Wan Avatar',
			parameters: {},
			credentials: { minioApi: { id: '1', name: 'x' } },
		}),
		getCurrentNodeParameter: () => '',
		getCredentials: async () => await Promise.resolve(credential),
	} as never;
	const search = async (list: typeof searchTemplates, filter: string): Promise<Lines> => {
		try {
			const { results } = await list.call(context, filter);
			return [results.map(({ value }) => value).join(', ')];
		} catch (error) {
			const { message, description } = shown.parse(error);
			return [`error: ${message}`, `remedy: ${description}`];
		}
	};
	return told(credential, [
		...(await search(searchTemplates, 'sitting')),
		...(await search(searchPortraits, 'input-avatars/jobs')),
	]);
}

const shown = z.object({ message: z.string(), description: z.string() });
