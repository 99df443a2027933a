import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExecutionError, INode, INodeExecutionData } from 'n8n-workflow';
import type { Credentials, Engine, EngineOptions } from '../../../../demo/engine';
import type { WorkflowFile } from '../../../../demo/workflowFile';
import {
	startQueueApi,
	type QueueApi,
	type QueueApiOptions,
} from '../../../../standin/queue/queueApi';

type OnError = NonNullable<INode['onError']>;

export interface ShownError {
	name: string;
	message: string;
	description: string | null | undefined;
	itemIndex: unknown;
}

export interface Run {
	/** The error that ended the execution, as n8n keeps and shows it. */
	error: ShownError | undefined;
	success: INodeExecutionData[];
	/** The items on the error output, in the mode that has one. */
	failed: INodeExecutionData[];
	/** What the output panel warns of. */
	hints: string[];
	/** What it says came of the run as a whole. */
	summary: string[];
}

export interface RunOptions {
	items?: object[];
	/** Paths of files by binary field, for each item. */
	files?: Record<string, string>;
	onError?: OnError;
	signal?: AbortSignal;
	executionId?: string;
	node?: Partial<INode>;
}

/** The built node in n8n's engine, in front of the queue stand-in with a worker that only answers. */
export interface Rig {
	queue: QueueApi;
	engine: Engine;
	run: (parameters: INode['parameters'], options?: RunOptions) => Promise<Run>;
	close: () => Promise<void>;
}

export async function startRig(
	loading: EngineOptions['loading'],
	queueOptions: Partial<QueueApiOptions> = {},
	moreCredentials: Credentials = {},
	binaryMode: EngineOptions['binaryMode'] = 'filesystem',
): Promise<Rig> {
	const userFolder = mkdtempSync(join(tmpdir(), 'wan-avatar-engine-'));
	// n8n-core reads these when it is loaded.
	process.env.N8N_USER_FOLDER = userFolder;
	process.env.N8N_ENCRYPTION_KEY = 'a key for tests alone';
	process.env.N8N_LOG_LEVEL = 'silent';
	const { startEngine } = await import('../../../../demo/engine');
	const queue = await startQueueApi({
		apiKey: 'key-of-the-test',
		endpointId: 'endpoint1',
		workersMax: 50,
		handler: async ({ input }) => Promise.resolve(workerOutput(input)),
		...queueOptions,
	});
	const credentials: Credentials = {
		runPodApi: { apiKey: queue.apiKey, endpointId: queue.endpointId, queueBaseUrl: queue.baseUrl },
		...moreCredentials,
	};
	const engine = await startEngine({ folder: resolve('.'), loading, credentials, binaryMode });
	return {
		queue,
		engine,
		run: async (parameters, options = {}) => {
			const { error, items, runData } = await engine.run(workflowOf(parameters, options), options);
			const hints = runData['Wan Avatar']?.at(-1)?.hints ?? [];
			const saying = (is: (type: string | undefined) => boolean) =>
				hints.filter(({ type }) => is(type)).map(({ message }) => message);
			return {
				error: error && shown(error),
				success: items('Wan Avatar', 0),
				failed: items('Wan Avatar', 1),
				hints: saying((type) => type !== 'info'),
				summary: saying((type) => type === 'info'),
			};
		},
		close: async () => {
			await queue.close();
			rmSync(userFolder, { recursive: true, force: true });
		},
	};
}

function shown(error: ExecutionError): ShownError {
	const { name, message, description, context } = error;
	return { name, message, description, itemIndex: context.itemIndex };
}

/** What the real worker answers, without the work. */
export function workerOutput(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const thumbnail = input.output_thumbnail_key;
	return {
		minio_key: input.output_video_key ?? 'e2e/idle_20260214_060045.mp4',
		video_url: 'https://storage.example.com/video',
		...(thumbnail === undefined
			? {}
			: { thumbnail_key: thumbnail, thumbnail_url: 'https://storage.example.com/thumbnail' }),
		fps: 24,
		width: 1280,
		height: 720,
	};
}

/** What n8n stores for a resource locator. */
export function located(mode: string, value: string) {
	return { __rl: true, mode, value };
}

/** A whole form of *Generate*; the avatar is each item's own. */
export const generateForm = {
	resource: 'avatar',
	operation: 'generate',
	userId: 'user_1',
	avatarId: '={{ $json.avatar ?? "avatar_1" }}',
	portraitSource: 'minioPath',
	portraitPath: located('path', 'input-avatars/jobs.png'),
	drivingVideoSource: 'minioPath',
	drivingVideoPath: 'sitting-woman/video-conference-woman.mp4',
};

export const statusForm = { resource: 'job', operation: 'getStatus' };

export function workflowOf(
	parameters: INode['parameters'],
	{ items = [{}], files = {}, onError, node }: RunOptions,
): WorkflowFile {
	const start: INode = {
		id: 'start',
		name: 'Start',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: { items: JSON.stringify(items), files: JSON.stringify(files) },
	};
	const wanAvatar: INode = {
		id: 'wan',
		name: 'Wan Avatar',
		type: 'n8n-nodes-wan-avatar.wanAvatar',
		typeVersion: 1,
		position: [200, 0],
		parameters,
		...(onError ? { onError } : {}),
		...node,
	};
	return {
		name: 'test',
		nodes: [start, wanAvatar],
		connections: { Start: { main: [[{ node: 'Wan Avatar', type: 'main', index: 0 }]] } },
	};
}
