import * as z from 'zod/v4';
import { fromJson, jsonRecord } from '../../base/data/json';
import { recordKey } from '../../contract/layout';
import type { Bucket, Written } from '../../storage/objects/bucket';
import type { GenerationRequest, JobMemory } from '../request/ports';
import { claimedFailure } from './failure';
import { runFacts } from './runFacts';

const ID = /^[\w-]{1,200}$/;
const JOB_ID = /^(?!\.+$)[\w.:~-]{1,200}$/;
/** What a Date can hold. */
const time = z.number().min(0).max(8.64e15);

/**
 * What is written down of one request, so that nobody pays for it twice: in n8n's memory of this execution, and beside
 * the output key for other executions. `intent`: the submit is on its way, and perhaps took effect. `unsent`: it surely
 * did not. `submitted`: RunPod gave a job id. `finished`: its video is known.
 */
export const jobRecord = z.object({
	version: z.literal(1),
	state: z.enum(['intent', 'unsent', 'submitted', 'finished']),
	/** The result, or without waiting the job itself, was given out. */
	delivered: z.boolean(),
	/** RunPod did not know the job for so long that it is gone. */
	lost: z.boolean().default(false),
	fingerprint: z.string(),
	execution_id: z.string(),
	// Whoever may write into the bucket may have written it, and both become parts of an address.
	endpoint_id: z.string().regex(ID),
	job_id: z.string().regex(JOB_ID).nullable(),
	/** Jobs that wrote, or may still write, under the same key before this one. */
	earlier_job_ids: z.array(z.string()).default([]),
	/** What was uploaded for the job, to be deleted with its video; not in records of earlier versions. */
	input_keys: z.array(z.string()).default([]),
	/** By n8n's clock, milliseconds since the epoch. */
	intended_at_ms: time,
	submitted_at_ms: time.nullable(),
	/** When its execution last followed it: one that was killed follows no more. */
	followed_at_ms: time.nullable().default(null),
	/** Its execution sleeps until it is called back, at the latest until then. */
	suspended_until_ms: time.nullable().default(null),
	/** The time to live that was sent along; nothing: RunPod's own. */
	ttl_ms: z.number().nullable().default(null),
	/** By the store's clock: an output that is older is of an earlier job. */
	recorded_at_ms: time.nullable(),
	/** What the node gave out, in memory only. */
	report: jsonRecord.optional(),
	/** What the worker said of the video. */
	output: jsonRecord.optional(),
	/** How it ran. */
	run: runFacts,
	/** Proves output and run to the execution that sleeps for them. */
	seal: z.string().optional(),
	/** Why there is none, and none will come. */
	failure: claimedFailure.optional(),
});

/** The same as somebody may have written it: for whoever checks the IDs and times before they are used. */
export const claimedRecord = jobRecord.extend({
	endpoint_id: z.string(),
	job_id: z.string().nullable(),
	intended_at_ms: z.number(),
	submitted_at_ms: z.number().nullable(),
});

export type JobRecord = z.output<typeof jobRecord>;

/** What stands beside the output key, with the ETag by which it was judged; an empty one where the store tells none. */
export type Standing =
	| { tag: 'none' }
	/** The access key may not read it. */
	| { tag: 'denied' }
	/** A record of the same request. */
	| { tag: 'ours'; record: JobRecord; etag: string }
	/** Of another request. */
	| { tag: 'other'; record: JobRecord; etag: string }
	/** No record that can be read: nobody knows whether a job of this request is under way. */
	| { tag: 'unreadable'; etag: string };

const RECORD_TYPE = 'application/json';

/** The records of one request, in both places. What stands in the bucket is replaced only by what its judge meant to. */
export interface RecordBook {
	/** Where the record stands in the bucket; nothing where the worker chooses the key. */
	key: string | undefined;
	/** What this execution remembers, if it is of the same request. */
	remembered: () => JobRecord | undefined;
	/** Writes in memory only. */
	remember: (record: JobRecord) => void;
	/** An intent gets the store's own time of it as `recorded_at_ms`. */
	read: (bucket: Bucket) => Promise<Standing>;
	/**
	 * Writes a new intent over what was judged; `changed` when something else stands there now. `anyway`: whatever stands
	 * there, for stores that heed no condition as they should.
	 */
	claim: (
		intent: JobRecord,
		judged: Standing,
		bucket: Bucket,
		anyway?: boolean,
	) => Promise<Written>;
	/**
	 * Writes a later state of the same job; a record of another job stays as it is.
	 * @returns false where the access key may not write it
	 */
	advance: (record: JobRecord, bucket: Bucket) => Promise<boolean>;
	/** Puts the record of the job that won back over that of the job that lost. */
	restore: (record: JobRecord, loser: Standing, bucket: Bucket) => Promise<void>;
	/** Takes an intent back that surely came to nothing. */
	forget: (intent: JobRecord, bucket: Bucket) => Promise<void>;
}

export function openRecordBook(
	{ slot, input }: Pick<GenerationRequest, 'slot' | 'input'>,
	fingerprint: string,
	memory: JobMemory,
): RecordBook {
	const key = input.output_video_key === undefined ? undefined : recordKey(input.output_video_key);
	const remember = (record: JobRecord) => {
		memory.write(slot, record);
	};
	const read = async (bucket: Bucket): Promise<Standing> => {
		if (key === undefined) return { tag: 'none' };
		const stored = await bucket.getText(key);
		if (stored.tag === 'missing') return { tag: 'none' };
		if (stored.tag === 'denied') return stored;
		const { data } = jobRecord.safeParse(fromJson(stored.text));
		const { etag, lastModifiedMs } = stored;
		if (!data) return { tag: 'unreadable', etag };
		if (data.fingerprint !== fingerprint) return { tag: 'other', record: data, etag };
		const recorded_at_ms = data.recorded_at_ms ?? lastModifiedMs;
		return { tag: 'ours', record: { ...data, recorded_at_ms }, etag };
	};
	const put = async (
		record: JobRecord,
		over: Standing,
		bucket: Bucket,
		anyway = false,
	): Promise<Written> => {
		if (key === undefined) return 'written';
		const { report, ...lasting } = record;
		const text = JSON.stringify(lasting);
		const condition = anyway ? undefined : conditionOf(over);
		return condition
			? await bucket.putText(key, text, RECORD_TYPE, condition)
			: await bucket.putText(key, text, RECORD_TYPE);
	};
	return {
		key,
		remember,
		remembered: () => {
			const { data } = jobRecord.safeParse(memory.read(slot));
			return data?.fingerprint === fingerprint ? data : undefined;
		},
		read,
		claim: async (intent, judged, bucket, anyway = false) => {
			remember(intent);
			return await put(intent, judged, bucket, anyway);
		},
		advance: async (record, bucket) => {
			for (let tries = 1; ; tries++) {
				const standing = await read(bucket);
				if (!isEarlierState(standing, record)) return true;
				// Some servers tell another ETag each time: what stands there is our own all the same.
				const written = await put(record, standing, bucket, tries === MAX_ADVANCES);
				if (written !== 'changed') return written !== 'denied';
				if (tries === MAX_ADVANCES) return true;
			}
		},
		restore: async (record, loser, bucket) => {
			await put(record, loser, bucket);
		},
		forget: async (intent, bucket) => {
			const standing = await read(bucket);
			// Another execution may have written its own over it meanwhile.
			if (key === undefined || standing.tag !== 'ours') return;
			if (!isSameIntent(standing.record, intent) || (await bucket.remove(key))) return;
			// Without the right to delete, the intent says itself that it came to nothing.
			await put({ ...intent, state: 'unsent' }, standing, bucket);
		},
	};
}

const MAX_ADVANCES = 3;

function conditionOf(standing: Standing): { etag: string | null } | undefined {
	// A key that may not list gets 403 for an object that is not there, too.
	if (standing.tag === 'none' || standing.tag === 'denied') return { etag: null };
	if (standing.etag === '') return undefined;
	return { etag: standing.etag };
}

/** Whether what stands there is the same job's, or the intent that became the job. */
function isEarlierState(standing: Standing, record: JobRecord): boolean {
	if (standing.tag === 'denied') return true;
	// A record that was deleted with its video is not made anew to say that the video was given out.
	if (standing.tag === 'none') return record.state === 'submitted' && !record.delivered;
	if (standing.tag === 'other' || standing.tag === 'unreadable') return false;
	return standing.record.job_id === null
		? isSameIntent(standing.record, record)
		: standing.record.job_id === record.job_id;
}

export function isSameIntent(one: JobRecord, other: JobRecord): boolean {
	return (
		one.state === 'intent' &&
		one.execution_id === other.execution_id &&
		one.intended_at_ms === other.intended_at_ms
	);
}

/** What stands where the record of a job would: `unreadable` is no record, or one of a later version. */
export type FoundRecord =
	{ tag: 'there'; record: JobRecord } | { tag: 'missing' | 'denied' | 'unreadable' };

/** Looks for a record whatever request it is of. */
export async function findRecordOf(
	outputVideoKey: string,
	bucket: Pick<Bucket, 'getText'>,
): Promise<FoundRecord> {
	const stored = await bucket.getText(recordKey(outputVideoKey));
	if (stored.tag !== 'there') return stored;
	const { data } = jobRecord.safeParse(fromJson(stored.text));
	return data ? { tag: 'there', record: data } : { tag: 'unreadable' };
}

/** Reads a record whatever request it is of: for a job that is only known by its id and key. */
export async function readRecordOf(
	outputVideoKey: string,
	bucket: Pick<Bucket, 'getText'>,
): Promise<JobRecord | undefined> {
	const found = await findRecordOf(outputVideoKey, bucket);
	return found.tag === 'there' ? found.record : undefined;
}
