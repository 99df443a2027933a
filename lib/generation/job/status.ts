import { WanAvatarError } from '../../base/errors/errors';
import type { Clock } from '../../base/async/clock';
import { LIMITS } from '../../base/async/timeLimits';
import { unknownEndpointRemedy } from '../../contract/runPodId';
import type { LinkWish } from '../../contract/link';
import type { JobState } from '../../runpod/queue/job';
import type { QueueClient } from '../../runpod/queue/queue';
import type { Bucket } from '../../storage/objects/bucket';
import { resultOf, withWarningsOf, type JobResult } from '../report/jobResult';
import type { KnownJob } from './knownJob';
import { createOptionalStore, type OptionalStore } from '../report/optionalStore';
import { readRecordOf, type JobRecord } from '../record/record';
import { recover } from '../record/recover';
import type { JobReference, JobReport } from '../report/report';
import type { ResultPorts } from '../request/ports';
import { describeResult } from '../result/result';

export interface StatusPorts extends ResultPorts {
	queue: Pick<QueueClient, 'endpointId' | 'isChosen' | 'getStatus'>;
	clock: Clock;
	bucket?: Bucket | undefined;
	signal?: AbortSignal | undefined;
}

/**
 * One look at a job, in the shape of *Generate*; a failed job is an answer, not an error.
 * @throws WanAvatarError when RunPod gives no answer, refuses one, or does not know the endpoint
 */
export async function getStatus(
	known: KnownJob,
	ports: StatusPorts,
	links: LinkWish,
): Promise<JobResult> {
	return await describeLook(known, await lookAt(known, ports), ports, links);
}

/**
 * What RunPod says of a job.
 * @throws WanAvatarError when it gives no answer, refuses one, or does not know the endpoint
 */
export async function lookAt(
	known: KnownJob,
	{ queue, signal }: Pick<StatusPorts, 'queue' | 'signal'>,
): Promise<JobState> {
	const look = await queue.getStatus(known.job_id, signal);
	assertAnswered(look, { ...known, endpoint_id: queue.endpointId }, queue);
	return look;
}

/** The same in the shape of *Generate*, with what the bucket has to say. */
export async function describeLook(
	known: KnownJob,
	look: JobState,
	ports: StatusPorts,
	links: LinkWish,
): Promise<JobResult> {
	const { queue, bucket, clock } = ports;
	const job = { ...known, endpoint_id: queue.endpointId };
	const store = createOptionalStore(bucket, clock);
	const record = await recordOf(job, store);
	const isForgotten = look.tag === 'missing' && !isYoung(job, clock);
	const recovered = isForgotten ? await recoverKnown(job, record, store) : undefined;
	const found = recovered ? { report: recovered } : withGpu(resultOf(job, look), record);
	const { report, video } = hasVideo(found)
		? await describeResult(found, { record, links }, ports, store)
		: found;
	return { report: withWarningsOf(store, report), video };
}

/** The GPU of a job whose worker is gone stands in its record. */
function withGpu({ report, ...found }: JobResult, record: JobRecord | undefined): JobResult {
	return { ...found, report: { ...report, gpu_type: record?.run?.gpu_type ?? null } };
}

function hasVideo({ report, video }: JobResult): boolean {
	return report.minio_key !== null || report.video_url !== null || video !== undefined;
}

function isYoung({ submitted_at }: JobReference, clock: Clock): boolean {
	return submitted_at !== null && clock.now() - Date.parse(submitted_at) <= LIMITS.missingMs;
}

/** The result of a job that RunPod has forgotten, where its record beside the output key is still this job's. */
export async function recoverKnown(
	job: JobReference,
	record: JobRecord | undefined,
	store: OptionalStore,
): Promise<JobReport | undefined> {
	if (!record) return undefined;
	return await store.attempt(
		'The bucket could not be searched for the video',
		async (bucket) => await recover(job, record, bucket),
	);
}

/** The record beside the output key, where it is this job's; one that cannot be read must not cost the result. */
export async function recordOf(
	{ job_id, output_video_key }: JobReference,
	store: OptionalStore,
): Promise<JobRecord | undefined> {
	if (output_video_key === null) return undefined;
	const record = await store.attempt(
		'The record of the job could not be read',
		async (bucket) => await readRecordOf(output_video_key, bucket),
	);
	return record?.job_id === job_id ? record : undefined;
}

/** @throws WanAvatarError for an answer that tells nothing about the job */
export function assertAnswered(
	look: JobState,
	{ job_id, endpoint_id }: JobReference,
	{ isChosen }: Pick<QueueClient, 'isChosen'>,
): void {
	const details = { job_id, endpoint_id };
	if (look.tag === 'unreachable')
		throw new WanAvatarError(
			'UNREACHABLE',
			`RunPod tells nothing about job ${job_id}: ${look.reason}`,
			{
				remedy: 'It may be a passing fault: try again in a minute. The job is not touched by this.',
				details,
			},
		);
	if (look.tag === 'tooLarge')
		throw new WanAvatarError(
			'UNREADABLE_ANSWER',
			`RunPod's answer about job ${job_id} cannot be read: ${look.reason}`,
			{
				remedy:
					'The worker seems to put the video itself into its answer: it should store it in MinIO.',
				details,
			},
		);
	if (look.tag === 'refused')
		throw new WanAvatarError(
			'UNAUTHORIZED',
			`RunPod refuses to tell about job ${job_id}: ${look.reason}`,
			{
				remedy: `Check API Key in the RunPod API credential. ${unknownEndpointRemedy(isChosen)}`,
				details,
			},
		);
	if (look.tag === 'missing' && /endpoint/i.test(look.reason))
		throw new WanAvatarError(
			'ENDPOINT_NOT_FOUND',
			`RunPod does not know the endpoint "${endpoint_id}"`,
			{
				remedy: unknownEndpointRemedy(isChosen),
				details,
			},
		);
}
