import * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import { outputVideoKey } from '../../contract/objectKey';
import { RUNPOD_ID } from '../../contract/runPodId';
import type { JobReference } from '../report/report';

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

// A video may be stored under it: what is no output key is not taken for one.
const knownKey = z.union([outputVideoKey, z.null()]).catch(null).default(null);

const endpointId = z.string().regex(RUNPOD_ID);

const reference = z.object({
	job_id: z.string(),
	endpoint_id: endpointId.optional().catch(undefined),
	user_id: known,
	avatar_id: known,
	output_video_key: knownKey,
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
		throw new InvalidInput([{ field: 'job_id', message: faultOf(rawJobId, id.error) }]);
	const found = [item, item.details]
		.map((source) => reference.safeParse(source).data)
		.find((source) => source?.job_id === id.data);
	return found ?? { ...NOTHING_KNOWN, job_id: id.data };
}

function faultOf(rawJobId: unknown, { issues }: z.ZodError): string {
	const isEmpty = typeof rawJobId === 'string' ? rawJobId.trim() === '' : rawJobId == null;
	return isEmpty ? 'is empty: give the job_id that Generate gave out' : (issues[0]?.message ?? '');
}

const endpointIds = z.union([endpointId.transform((id) => [id]), z.array(endpointId)]).catch([]);

/**
 * Reads one ID or many: a list, or a text with commas, spaces or line breaks between them. Each comes once. Of many, the
 * item may name the endpoint, or in a list of the same length that of each.
 * @throws InvalidInput naming what is no ID
 */
export function parseKnownJobs(
	rawJobIds: unknown,
	item: Readonly<Record<string, unknown>>,
): KnownJob[] {
	const ids = listOf(rawJobIds);
	const [only] = ids;
	if (ids.length < 2) return [parseKnownJob(only, item)];
	const wrong = ids.filter((id) => !jobId.safeParse(id).success);
	if (wrong.length > 0) throw new InvalidInput([{ field: 'job_id', message: notIds(wrong) }]);
	const endpoints = endpointIds.parse(item.endpoint_id);
	const jobs = ids.map((id, index): [string, KnownJob] => {
		const { endpoint_id, ...job } = parseKnownJob(id, item);
		const named = endpoints.length === ids.length ? endpoints[index] : endpoints[0];
		const isClear = endpoints.length === 1 || endpoints.length === ids.length;
		return [job.job_id, { ...job, endpoint_id: endpoint_id ?? (isClear ? named : undefined) }];
	});
	return [...new Map(jobs).values()];
}

function listOf(rawJobIds: unknown): unknown[] {
	const parts: unknown[] = Array.isArray(rawJobIds) ? rawJobIds : [rawJobIds];
	return parts
		.flatMap((part) => (typeof part === 'string' ? part.split(/[\s,;]+/) : [part]))
		.filter((part) => part !== '');
}

function notIds(wrong: readonly unknown[]): string {
	const shown = wrong.slice(0, 5).map((id) => shownId(id));
	const more =
		wrong.length > shown.length ? ` and ${String(wrong.length - shown.length)} more` : '';
	return `must be IDs of jobs, which these are not: ${shown.join(', ')}${more}`;
}

function shownId(id: unknown): string {
	return typeof id === 'string' ? `"${id.slice(0, 60)}"` : `a value of type ${typeof id}`;
}

const NOTHING_KNOWN = {
	user_id: null,
	avatar_id: null,
	output_video_key: null,
	output_thumbnail_key: null,
	submitted_at: null,
};

/** What is known of a job, for the errors of its item. */
export function factsOfJob(job: KnownJob): Record<string, unknown> {
	return Object.fromEntries(Object.entries(job).filter(([, value]) => typeof value === 'string'));
}
