import type { INode } from 'n8n-workflow';
import { located } from '../../nodes/WanAvatar/engine/rig';
import { deployed } from '../deployed';
import { LIMIT_SCALE } from '../matrix';
import { startNode } from '../nodeRun';
import {
	anyManagementRequest,
	anyQueueRequest,
	anyStoreRequest,
	managementWrites,
	queueAfterSubmit,
	queueRoute,
	storeAfterSubmit,
	storeAtResult,
	storeMethod,
} from '../phases';
import type { Prepared, Subject } from './subject';
import { IMAGE, NAME, TEMPLATE_KEY, THUMBNAIL_KEY, VIDEO_KEY, type World } from '../world';

const TIMEOUT_MINUTES = 0.07;
const GRACE_MS = 5000;
/** Timeout × 1.1 + 5 s. */
const withTimeoutMs = TIMEOUT_MINUTES * 60_000 * 1.1 + GRACE_MS;
/** Two calls with all their repetitions, 60 s each in the usual build. */
const twoCallsMs = 2 * 60_000 * LIMIT_SCALE * 1.1 + GRACE_MS;
/** A new endpoint is waited for, whatever the scale. */
const servedMs = 60_000 + twoCallsMs;

type Parameters = INode['parameters'];

interface NodeCase extends Omit<Subject, 'start' | 'limitMs' | 'paysForJobs'> {
	parameters: Parameters | ((prepared: Prepared) => Parameters);
	file?: string;
	limitMs?: number;
	paysForJobs?: boolean;
}

const waitingOptions = { timeoutMinutes: TIMEOUT_MINUTES, pollIntervalSeconds: 1 };
const byId = (endpointId = '') => located('id', endpointId);
const form = { deploymentName: NAME, image: IMAGE, deploymentOptions: {} };
const clip = 'examples/media/driving-video.mp4';

const storedVideo = async ({ store }: World): Promise<Prepared> => {
	await store.putFile('avatars', VIDEO_KEY, clip, 'video/mp4');
	await store.putFile('avatars', THUMBNAIL_KEY, 'examples/media/portrait.png', 'image/jpeg');
	return {};
};

const submitted = async (world: World): Promise<Prepared> => ({ jobId: await world.submit() });

const ended = async (world: World): Promise<Prepared> => {
	const jobId = await world.submit();
	const isOver = () => world.queue.jobs().every(({ endedAt }) => endedAt !== undefined);
	while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
	return { jobId };
};

const videoForm = { videoKey: VIDEO_KEY, thumbnailKey: THUMBNAIL_KEY };
const templateForm = { template: located('path', TEMPLATE_KEY), templatePrefix: 'templates/' };
const reads = { management: [anyManagementRequest] };
const readsAndWrites = { management: [anyManagementRequest, managementWrites] };

const cases: readonly NodeCase[] = [
	{
		name: 'avatar:generate',
		phases: {
			queue: [queueRoute('run'), queueRoute('status'), queueAfterSubmit],
			MinIO: [anyStoreRequest, storeAfterSubmit, storeAtResult],
		},
		limitMs: withTimeoutMs,
		paysForJobs: true,
		parameters: {
			userId: 'user_1',
			avatarId: 'avatar_1',
			portraitSource: 'minioPath',
			portraitPath: located('path', 'input-avatars/jobs.png'),
			drivingVideoSource: 'minioPath',
			drivingVideoPath: TEMPLATE_KEY,
			waitingOptions,
		},
	},
	{
		name: 'job:cancel',
		phases: { queue: [anyQueueRequest] },
		jobEnds: 'never',
		prepare: submitted,
		parameters: ({ jobId = '' }) => ({ jobId }),
	},
	{
		name: 'job:getStatus',
		phases: { queue: [anyQueueRequest], MinIO: [anyStoreRequest] },
		jobEnds: 'well',
		prepare: ended,
		parameters: ({ jobId = '' }) => ({ jobId }),
	},
	{
		name: 'job:retry',
		phases: { queue: [anyQueueRequest] },
		jobEnds: 'failed',
		prepare: ended,
		parameters: ({ jobId = '' }) => ({ jobId }),
	},
	{
		name: 'job:wait',
		phases: { queue: [queueRoute('status'), anyQueueRequest], MinIO: [storeAtResult] },
		limitMs: withTimeoutMs,
		paysForJobs: true,
		prepare: submitted,
		parameters: ({ jobId = '' }) => ({ jobId, waitingOptions }),
	},
	{ name: 'endpoint:plan', phases: reads, parameters: form },
	{
		name: 'endpoint:deploy',
		phases: { ...readsAndWrites, queue: [anyQueueRequest] },
		limitMs: servedMs,
		parameters: form,
	},
	{
		name: 'endpoint:get',
		phases: reads,
		prepare: deployed,
		parameters: ({ endpointId }) => ({ endpoint: byId(endpointId) }),
	},
	{
		name: 'endpoint:getMany',
		phases: reads,
		prepare: deployed,
		parameters: { returnAll: true },
	},
	{
		name: 'endpoint:getCosts',
		phases: reads,
		prepare: deployed,
		parameters: ({ endpointId }) => ({ endpoint: byId(endpointId), bucketSize: 'hour', last: 2 }),
	},
	{
		name: 'endpoint:getHealth',
		phases: { ...reads, queue: [anyQueueRequest] },
		prepare: deployed,
		parameters: ({ endpointId }) => ({
			endpoint: byId(endpointId),
			outputOptions: { includeWorkers: true },
		}),
	},
	{
		name: 'endpoint:setWorkers',
		phases: readsAndWrites,
		prepare: deployed,
		parameters: ({ endpointId }) => ({
			endpoint: byId(endpointId),
			workers: { workersMin: 0, workersMax: 2 },
		}),
	},
	{
		name: 'endpoint:updateImage',
		phases: readsAndWrites,
		prepare: deployed,
		parameters: ({ endpointId }) => ({ endpoint: byId(endpointId), image: `${IMAGE}b` }),
	},
	{
		name: 'endpoint:purgeQueue',
		phases: { queue: [anyQueueRequest] },
		prepare: deployed,
		parameters: ({ endpointId }) => ({ endpoint: byId(endpointId) }),
	},
	{
		name: 'endpoint:delete',
		phases: readsAndWrites,
		prepare: deployed,
		parameters: ({ endpointId }) => ({ endpoint: byId(endpointId), confirmedName: NAME }),
	},
	{
		name: 'template:delete',
		phases: { MinIO: [anyStoreRequest, storeMethod('DELETE')] },
		parameters: templateForm,
	},
	{ name: 'template:get', phases: { MinIO: [anyStoreRequest] }, parameters: templateForm },
	{
		name: 'template:getMany',
		phases: { MinIO: [anyStoreRequest] },
		parameters: { templatePrefix: 'templates/', returnAll: true },
	},
	{
		name: 'template:upload',
		phases: { MinIO: [anyStoreRequest, storeMethod('PUT')] },
		file: clip,
		parameters: { templateBinaryField: 'data', templatePath: 'templates/new.mp4' },
	},
	{
		name: 'video:delete',
		phases: { MinIO: [anyStoreRequest, storeMethod('DELETE')] },
		prepare: storedVideo,
		parameters: videoForm,
	},
	{
		name: 'video:download',
		phases: { MinIO: [anyStoreRequest, storeMethod('GET')] },
		prepare: storedVideo,
		parameters: videoForm,
	},
	{
		name: 'video:getLinks',
		phases: { MinIO: [anyStoreRequest] },
		prepare: storedVideo,
		parameters: videoForm,
	},
	{
		name: 'video:getMany',
		phases: { MinIO: [anyStoreRequest] },
		prepare: storedVideo,
		parameters: { returnAll: true },
	},
];

export const nodeSubjects: readonly Subject[] = cases.map(
	({ parameters, file, limitMs = twoCallsMs, paysForJobs = false, ...rest }): Subject => ({
		...rest,
		limitMs,
		paysForJobs,
		start: async (world, prepared) => {
			const [resource = '', operation = ''] = rest.name.split(':');
			const chosen = typeof parameters === 'function' ? parameters(prepared) : parameters;
			return await startNode(world, { resource, operation, ...chosen }, file);
		},
	}),
);
