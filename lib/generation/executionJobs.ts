import * as z from 'zod/v4';
import { WanAvatarError } from '../contract/errors';
import { InvalidInput } from '../contract/invalidInput';
import { fromJson } from '../contract/json';
import { createLanes } from '../contract/lanes';
import { isRecordKey, recordKey, VIDEO_FOLDER } from '../contract/layout';
import { text } from '../contract/text';
import type { Bucket, ListedObject } from '../storage/bucket';
import type { KnownJob } from './knownJob';
import { jobRecord, type JobRecord } from './record';
import { completedFromStore, type JobReport } from './report';
import type { Settled } from './settled';

/** Which records to look for. */
export interface ExecutionWish {
	executionId: string;
	/** What the keys of the records begin with. */
	prefix: string;
}

/** A job that an execution has left: to be cancelled, or finished by its own record. */
export type LeftJob = { job: KnownJob & { endpoint_id: string } } | { finished: JobReport };

const DAY_MS = 24 * 3_600_000;
/** RunPod deletes a job 7 days after its submit at the latest; the store's clock may differ. */
const OLDEST_MS = 8 * DAY_MS;
const MAX_PAGES = 200;
const READS_AT_ONCE = 16;

const wish = z.object({
	executionId: text
		.transform((id) => id.trim())
		.refine((id) => id !== '', 'is empty: give the ID of the execution, as n8n lists it')
		.refine((id) => /^[\w-]*$/.test(id), 'must be the ID of an execution, such as 1234'),
	prefix: text
		.refine((prefix) => !prefix.startsWith('/'), 'must not start with a slash: remove it')
		.refine((prefix) => !/\p{Cc}/u.test(prefix), 'holds a control character: remove it')
		.default(VIDEO_FOLDER),
});

/** @throws InvalidInput */
export function parseExecutionWish(raw: { executionId: unknown; prefix: unknown }): ExecutionWish {
	const { success, data, error } = wish.safeParse({ ...raw, prefix: raw.prefix ?? undefined });
	if (!success) throw InvalidInput.from(error);
	return data;
}

/**
 * The jobs of an execution, by the records beside the output keys; what may be running but cannot be named is an error
 * among them.
 * @throws WanAvatarError NOT_FOUND when no record names the execution, STORAGE
 */
export async function findExecutionJobs(
	bucket: Pick<Bucket, 'name' | 'listPage' | 'getText'>,
	{ executionId, prefix }: ExecutionWish,
	{ nowMs, signal }: { nowMs: number; signal: AbortSignal | undefined },
): Promise<Settled<LeftJob>[]> {
	const listed = await listRecords(bucket, prefix, signal);
	const recent = listed.records.filter(({ lastModifiedMs }) => nowMs - lastModifiedMs < OLDEST_MS);
	const inLane = createLanes(READS_AT_ONCE);
	const found = await Promise.all(
		recent.map(
			async ({ key }) => await inLane(async () => await leftBy(executionId, key, bucket, signal)),
		),
	);
	const left = found.flatMap((one) => one ?? []);
	if (!listed.isWhole) left.push({ error: tooMany(prefix) });
	if (left.length === 0) throw noneFound(bucket.name, executionId, prefix);
	return left;
}

async function listRecords(
	bucket: Pick<Bucket, 'listPage'>,
	prefix: string,
	signal: AbortSignal | undefined,
): Promise<{ records: ListedObject[]; isWhole: boolean }> {
	const records: ListedObject[] = [];
	let after: string | undefined;
	for (let pages = 0; pages < MAX_PAGES; pages++) {
		assertNotStopped(signal);
		const { objects, next } = await bucket.listPage({
			prefix,
			...(after === undefined ? {} : { after }),
		});
		records.push(...objects.filter(({ key }) => isRecordKey(key)));
		if (next === undefined) return { records, isWhole: true };
		if (next === after) break;
		after = next;
	}
	return { records, isWhole: false };
}

async function leftBy(
	executionId: string,
	key: string,
	bucket: Pick<Bucket, 'getText'>,
	signal: AbortSignal | undefined,
): Promise<Settled<LeftJob> | undefined> {
	assertNotStopped(signal);
	const stored = await bucket.getText(key);
	if (stored.tag === 'missing') return undefined;
	if (stored.tag === 'denied') return { error: unreadable(key) };
	const { data } = jobRecord.safeParse(fromJson(stored.text));
	return data?.execution_id === executionId ? leftJob(data, key) : undefined;
}

function leftJob(record: JobRecord, key: string): Settled<LeftJob> {
	const { job_id, endpoint_id, submitted_at_ms, state, output } = record;
	if (job_id === null) return { error: withoutId(record, key) };
	const output_video_key = key.slice(0, -recordKey('').length);
	const job = {
		job_id,
		endpoint_id,
		user_id: null,
		avatar_id: null,
		output_video_key,
		output_thumbnail_key: null,
		submitted_at: submitted_at_ms === null ? null : new Date(submitted_at_ms).toISOString(),
	};
	if (state !== 'finished') return { value: { job } };
	const keys = { minio_key: output_video_key, thumbnail_key: null };
	return { value: { finished: completedFromStore(job, output, keys) } };
}

function assertNotStopped(signal: AbortSignal | undefined): void {
	if (!signal?.aborted) return;
	throw new WanAvatarError(
		'STOPPED',
		'The workflow was stopped while the jobs of the execution were looked for',
		{ remedy: 'None of them was cancelled. Run it again.' },
	);
}

function withoutId({ execution_id, endpoint_id }: JobRecord, key: string): WanAvatarError {
	return new WanAvatarError(
		'SUBMIT_UNKNOWN',
		`Execution ${execution_id} was about to submit a job for which it noted no job ID (${key}): the job may be running`,
		{
			remedy: `Look at the Requests page of endpoint ${endpoint_id} in the RunPod console. Purge Queue removes it while it waits for a worker.`,
			details: { endpoint_id, record_key: key },
		},
	);
}

function unreadable(key: string): WanAvatarError {
	return new WanAvatarError('STORAGE', `The access key may not read the job record "${key}"`, {
		remedy:
			'Give it a policy that allows s3:GetObject. If a job of the execution is recorded there, it may be running.',
		details: { record_key: key },
	});
}

function tooMany(prefix: string): WanAvatarError {
	return new WanAvatarError(
		'STORAGE',
		`Not all objects under "${prefix}" were looked at: there are too many`,
		{ remedy: 'Give a longer Record Prefix, such as the folder of the user, and run it again.' },
	);
}

function noneFound(bucketName: string, executionId: string, prefix: string): WanAvatarError {
	return new WanAvatarError(
		'NOT_FOUND',
		`No job record of the last days under "${prefix}" in bucket ${bucketName} names execution ${executionId}`,
		{
			remedy:
				'Check Execution ID and Record Prefix. Only a Generate with a MinIO API credential and an Output Video Key leaves records, and a later execution that makes the same video replaces them.',
		},
	);
}
