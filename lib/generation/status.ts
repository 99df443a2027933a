import { WanAvatarError } from '../contract/errors';
import { NOT_THERE_YET_MS } from '../following/follow';
import type { Clock } from '../contract/clock';
import type { LinkWish } from '../contract/link';
import type { JobLook } from '../runpod/job';
import type { QueueClient } from '../runpod/queue';
import type { Bucket } from '../storage/bucket';
import type { KnownJob } from './knownJob';
import { readRecordOf, type JobRecord } from './record';
import { recover } from './recover';
import { reportOf, type JobReference, type JobReport } from './report';
import { describeResult, type ResultPorts } from './result';
import { settle } from './settled';

export interface StatusPorts extends ResultPorts {
	queue: Pick<QueueClient, 'endpointId' | 'lookOnce'>;
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
): Promise<JobReport> {
	const { queue, bucket, signal } = ports;
	const job = { ...known, endpoint_id: queue.endpointId };
	const look = await queue.lookOnce(job.job_id, signal);
	assertAnswered(look, job);
	const isForgotten = look.tag === 'missing' && !isYoung(job, ports.clock);
	const recovered = isForgotten ? await recoverKnown(job, bucket) : undefined;
	const report = recovered ?? reportOf(job, look);
	if (report.minio_key === null && report.video_url === null) return report;
	return await describeResult(
		report,
		{ recordedAtMs: await recordedAtMs(job, bucket), links },
		ports,
	);
}

function isYoung({ submitted_at }: JobReference, clock: Clock): boolean {
	return submitted_at !== null && clock.now() - Date.parse(submitted_at) <= NOT_THERE_YET_MS;
}

/** The result of a job that RunPod has forgotten, where its record beside the output key is still this job's. */
export async function recoverKnown(
	job: JobReference,
	bucket: Bucket | undefined,
): Promise<JobReport | undefined> {
	const record = await ownRecord(job, bucket);
	return record && (await recover(job, record, bucket));
}

async function ownRecord(
	{ job_id, output_video_key }: JobReference,
	bucket: Bucket | undefined,
): Promise<JobRecord | undefined> {
	if (!bucket || output_video_key === null) return undefined;
	const record = await readRecordOf(output_video_key, bucket);
	return record?.job_id === job_id ? record : undefined;
}

/** Since when, by the store's clock, an object can be of this job; a record that cannot be read must not cost the result. */
export async function recordedAtMs(
	job: JobReference,
	bucket: Bucket | undefined,
): Promise<number | null> {
	const record = await settle(ownRecord(job, bucket));
	return 'error' in record ? null : (record.value?.recorded_at_ms ?? null);
}

/** @throws WanAvatarError for an answer that tells nothing about the job */
export function assertAnswered(look: JobLook, { job_id, endpoint_id }: JobReference): void {
	const details = { job_id, endpoint_id };
	if (look.tag === 'unreachable' || look.tag === 'tooLarge')
		throw new WanAvatarError(
			'UNREACHABLE',
			`RunPod tells nothing about job ${job_id}: ${look.reason}`,
			{
				remedy: 'It may be a passing fault: try again in a minute. The job is not touched by this.',
				details,
			},
		);
	if (look.tag === 'refused')
		throw new WanAvatarError(
			'UNAUTHORIZED',
			`RunPod refuses to tell about job ${job_id}: ${look.reason}`,
			{ remedy: 'Check API Key and Endpoint ID in the RunPod API credential.', details },
		);
	if (look.tag === 'missing' && /endpoint/i.test(look.reason))
		throw new WanAvatarError(
			'ENDPOINT_NOT_FOUND',
			`RunPod does not know the endpoint "${endpoint_id}"`,
			{
				remedy:
					'Check Endpoint ID in the RunPod API credential: the endpoint may have been deleted.',
				details,
			},
		);
}
