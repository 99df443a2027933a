import * as z from 'zod/v4';
import { WORKFLOW_STOPPED } from '../../base/async/stop';
import { WanAvatarError } from '../../base/errors/errors';
import { messageOf } from '../../base/errors/foreignError';
import { InvalidInput } from '../../base/errors/invalidInput';
import { fromJson } from '../../base/data/json';
import { mapConcurrently } from '../../base/async/concurrency';
import { isRecordKey, recordKey, VIDEO_FOLDER } from '../../contract/layout';
import { cleanRemoteText } from '../../base/data/remoteText';
import { text } from '../../base/data/text';
import type { Bucket, ListedObject } from '../../storage/objects/bucket';
import type { KnownJob } from './knownJob';
import { claimedRecord, type JobRecord } from '../record/record';
import { completedFromStore, type JobReport } from '../report/report';
import { settle, type Settled } from '../../base/errors/settled';

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
const MAX_PAGES = 1000;
const READS_AT_ONCE = 16;
/** Requests that fail take their whole time; a store that fails so often is not asked for the rest. */
const MAX_FAULTS = 20;
/** The last that a Date can be. */
const LAST_MOMENT_MS = 8.64e15;

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
	// One whose time the store does not tell (NaN) may be as young.
	const isOld = ({ lastModifiedMs }: ListedObject) => nowMs - lastModifiedMs >= OLDEST_MS;
	const recent = listed.records.filter((one) => !isOld(one));
	const read = readEach(bucket, signal);
	const found = await mapConcurrently(recent, READS_AT_ONCE, async ({ key }) =>
		leftBy(executionId, await read(key)),
	);
	assertNotStopped(signal);
	const left = found.flatMap((one) => one ?? []);
	if (listed.fault) left.push({ error: listed.fault });
	if (left.length === 0) throw noneFound(bucket.name, executionId, prefix);
	return left;
}

interface Listed {
	records: ListedObject[];
	/** Why these are not all. */
	fault?: unknown;
}

async function listRecords(
	bucket: Pick<Bucket, 'listPage'>,
	prefix: string,
	signal: AbortSignal | undefined,
): Promise<Listed> {
	const records: ListedObject[] = [];
	let after: string | undefined;
	for (let pages = 0; pages < MAX_PAGES; pages++) {
		assertNotStopped(signal);
		const from = after === undefined ? {} : { after };
		const page = await settle(bucket.listPage({ prefix, ...from }));
		if ('error' in page) return { records, fault: page.error };
		const { objects, next } = page.value;
		records.push(...objects.filter(({ key }) => isRecordKey(key)));
		if (next === undefined) return { records };
		if (next === after) break;
		after = next;
	}
	return { records, fault: tooMany(prefix) };
}

/** A record with its key; or that it could not be read. */
type ReadRecord = { key: string; record: JobRecord | undefined } | { error: WanAvatarError };

/** Reads records, each by itself: one that cannot be read says nothing of the others. */
function readEach(
	bucket: Pick<Bucket, 'getText'>,
	signal: AbortSignal | undefined,
): (key: string) => Promise<ReadRecord> {
	let faults = 0;
	return async (key) => {
		assertNotStopped(signal);
		// Jobs that were found cost money until a store in trouble has been asked for all records.
		if (faults >= MAX_FAULTS) return { error: unreadable(key, NOT_ASKED) };
		const stored = await settle(bucket.getText(key));
		if ('error' in stored) {
			faults++;
			return { error: unreadable(key, faultOf(stored.error)) };
		}
		const { value } = stored;
		if (value.tag === 'denied') return { error: unreadable(key, DENIED) };
		const text = value.tag === 'there' ? value.text : '';
		return { key, record: claimedRecord.safeParse(fromJson(text)).data };
	};
}

function leftBy(executionId: string, read: ReadRecord): Settled<LeftJob> | undefined {
	if ('error' in read) return read;
	const { key, record } = read;
	if (record?.execution_id !== executionId || record.state === 'unsent') return undefined;
	return leftJob(record, key);
}

function leftJob(record: JobRecord, key: string): Settled<LeftJob> {
	const { job_id, endpoint_id, submitted_at_ms, state, output } = record;
	if (job_id === null) return { error: withoutId(record, key) };
	if (!isId(job_id) || !isId(endpoint_id)) return { error: wrongIds(record, key) };
	const output_video_key = key.slice(0, -recordKey('').length);
	const job = {
		job_id,
		endpoint_id,
		user_id: null,
		avatar_id: null,
		output_video_key,
		output_thumbnail_key: null,
		submitted_at: isoTime(submitted_at_ms),
	};
	if (state !== 'finished') return { value: { job } };
	const keys = { minio_key: output_video_key, thumbnail_key: null };
	return { value: { finished: completedFromStore(job, output, keys) } };
}

/** Nothing for a number that is no moment of the calendar. */
function isoTime(ms: number | null): string | null {
	return ms === null || Math.abs(ms) > LAST_MOMENT_MS ? null : new Date(ms).toISOString();
}

// They become parts of an address.
function isId(id: string): boolean {
	return /^[\w-]+$/.test(id);
}

function assertNotStopped(signal: AbortSignal | undefined): void {
	if (!signal?.aborted) return;
	throw new WanAvatarError(
		'STOPPED',
		`${WORKFLOW_STOPPED} while the jobs of the execution were looked for`,
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

function wrongIds({ execution_id, job_id, endpoint_id }: JobRecord, key: string): WanAvatarError {
	return new WanAvatarError(
		'STORAGE',
		`The job record "${key}" of execution ${execution_id} names a job or an endpoint that cannot be: ${cleanRemoteText(JSON.stringify({ job_id, endpoint_id }))}`,
		{
			remedy: 'Somebody else wrote or changed it. Look for the job in the RunPod console.',
			details: { record_key: key },
		},
	);
}

interface Unread {
	reason: string;
	remedy: string;
}

const DENIED: Unread = {
	reason: 'the access key may not read it',
	remedy: 'Give it a policy that allows s3:GetObject.',
};
const NOT_ASKED: Unread = {
	reason: 'the object store failed with others, and was not asked for it',
	remedy: 'Run it again when the object store is well.',
};

function faultOf(error: unknown): Unread {
	return error instanceof WanAvatarError
		? { reason: error.message, remedy: error.remedy }
		: { reason: messageOf(error), remedy: 'Look at the object.' };
}

function unreadable(key: string, { reason, remedy }: Unread): WanAvatarError {
	return new WanAvatarError('STORAGE', `The job record "${key}" could not be read: ${reason}`, {
		remedy: `${remedy} If a job of the execution is recorded there, it may be running; the jobs that the other records name are cancelled.`,
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
