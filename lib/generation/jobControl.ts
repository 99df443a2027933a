import type { QueueClient } from '../runpod/queue';
import type { KnownJob } from './knownJob';
import { reportOf, submittedReport, type JobReport } from './report';
import { assertAnswered } from './status';

type Queue = Pick<QueueClient, 'endpointId' | 'lookOnce' | 'cancel' | 'retry'>;

/**
 * Cancels a job, queued or running, and reports its state afterwards; one that has ended is left as it is.
 * @throws WanAvatarError when RunPod refuses
 */
export async function cancelJob(known: KnownJob, queue: Queue): Promise<JobReport> {
	const job = { ...known, endpoint_id: queue.endpointId };
	await queue.cancel(job.job_id);
	const look = await queue.lookOnce(job.job_id);
	assertAnswered(look, job);
	return reportOf(job, look);
}

/**
 * Starts a failed or timed out job over, under the same id.
 * @throws WanAvatarError when RunPod does not: the job is in another state, or forgotten
 */
export async function retryJob(known: KnownJob, queue: Queue): Promise<JobReport> {
	await queue.retry(known.job_id);
	return submittedReport({ ...known, endpoint_id: queue.endpointId });
}
