import * as z from 'zod/v4';
import { WanAvatarError } from '../contract/errors';
import { InvalidInput } from '../contract/invalidInput';
import type { JobLook } from '../runpod/job';
import type { QueueClient } from '../runpod/queue';
import type { Bucket } from '../storage/bucket';
import { linked } from './links';
import { reportOf, type JobReference, type JobReport } from './report';

// RunPod's ids are opaque; this is the widest form its own clients accept.
const jobId = z
	.string({ error: 'must be the ID of a job' })
	.trim()
	.regex(/^[\w-]+$/, 'must be the ID of a job, such as the job_id that Generate gives out');

const known = z
	.string()
	.min(1)
	.nullish()
	.catch(null)
	.transform((value) => value ?? null);

const reference = z.object({
	job_id: z.string(),
	endpoint_id: z
		.string()
		.regex(/^[\w-]+$/)
		.optional()
		.catch(undefined),
	user_id: known,
	avatar_id: known,
	output_video_key: known,
	output_thumbnail_key: known,
	submitted_at: known,
});

/** A job to ask about; `endpoint_id` is missing when only the id is known. */
export type KnownJob = Omit<JobReference, 'endpoint_id'> & { endpoint_id?: string | undefined };

/**
 * Reads the ID of a job, and what the incoming item knows of that job: an output of *Generate* as it is, or an error item.
 * @throws InvalidInput when the id is none
 */
export function parseKnownJob(
	rawJobId: unknown,
	item: Readonly<Record<string, unknown>>,
): KnownJob {
	const id = jobId.safeParse(rawJobId);
	if (!id.success)
		throw new InvalidInput([{ field: 'job_id', message: id.error.issues[0]?.message ?? '' }]);
	const found = [item, item.details]
		.map((source) => reference.safeParse(source).data)
		.find((source) => source?.job_id === id.data);
	return found ?? { ...NOTHING_KNOWN, job_id: id.data };
}

const NOTHING_KNOWN = {
	user_id: null,
	avatar_id: null,
	output_video_key: null,
	output_thumbnail_key: null,
	submitted_at: null,
};

export interface StatusPorts {
	queue: Pick<QueueClient, 'endpointId' | 'lookOnce'>;
	bucket?: Pick<Bucket, 'presignGet'> | undefined;
	signal?: AbortSignal | undefined;
}

/**
 * One look at a job, in the shape of *Generate*; a failed job is an answer, not an error.
 * @throws WanAvatarError when RunPod gives no answer, refuses one, or does not know the endpoint
 */
export async function getStatus(job: KnownJob, ports: StatusPorts): Promise<JobReport> {
	const { queue, bucket, signal } = ports;
	const look = await queue.lookOnce(job.job_id, signal);
	assertAnswered(look, job, queue.endpointId);
	return await linked(reportOf({ ...job, endpoint_id: queue.endpointId }, look), bucket);
}

function assertAnswered(look: JobLook, { job_id }: KnownJob, endpointId: string): void {
	const details = { job_id, endpoint_id: endpointId };
	if (look.tag === 'unreachable')
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
			`RunPod does not know the endpoint "${endpointId}"`,
			{
				remedy:
					'Check Endpoint ID in the RunPod API credential: the endpoint may have been deleted.',
				details,
			},
		);
}
