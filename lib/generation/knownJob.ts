import * as z from 'zod/v4';
import { InvalidInput } from '../contract/invalidInput';
import type { JobReference } from './report';

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
