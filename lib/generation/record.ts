import * as z from 'zod/v4';
import { fromJson, jsonRecord } from '../contract/json';
import { recordKey } from '../contract/layout';
import type { Bucket } from '../storage/bucket';
import type { GenerationPorts, GenerationRequest } from './ports';

/**
 * What is written down of one request, so that nobody pays for it twice: in n8n's memory of this execution, and beside
 * the output key for other executions. `intent`: the submit is on its way, and perhaps took effect. `submitted`: RunPod
 * gave a job id. `finished`: its video is known.
 */
const jobRecord = z.object({
	version: z.literal(1),
	state: z.enum(['intent', 'submitted', 'finished']),
	/** The result, or without waiting the job itself, was given out. */
	delivered: z.boolean(),
	fingerprint: z.string(),
	execution_id: z.string(),
	endpoint_id: z.string(),
	job_id: z.string().nullable(),
	/** What was uploaded for the job, to be deleted with its video; not in records of earlier versions. */
	input_keys: z.array(z.string()).default([]),
	/** By n8n's clock, milliseconds since the epoch. */
	intended_at_ms: z.number(),
	submitted_at_ms: z.number().nullable(),
	/** By the store's clock: an output that is older is of an earlier job. */
	recorded_at_ms: z.number().nullable(),
	/** What the node gave out, in memory only. */
	report: jsonRecord.optional(),
	/** What the worker said of the video. */
	output: jsonRecord.optional(),
});

export type JobRecord = z.output<typeof jobRecord>;

const RECORD_TYPE = 'application/json';

/** The records of one request, in both places. */
export interface RecordBook {
	/** What this execution remembers, if it is of the same request. */
	remembered: () => JobRecord | undefined;
	/**
	 * What stands in the bucket, if it is of the same request; unreadable notes of others count as none. An intent gets
	 * the store's own time of it as `recorded_at_ms`.
	 */
	recorded: () => Promise<JobRecord | undefined>;
	/** Writes in both places. */
	write: (record: JobRecord) => Promise<void>;
	/** Writes in memory only. */
	remember: (record: JobRecord) => void;
	/** Takes an intent back that surely came to nothing. */
	forget: (intent: JobRecord) => Promise<void>;
	/** Whether a record in the bucket can be read by others. */
	isShared: boolean;
}

export function openRecordBook(
	{ slot, input }: GenerationRequest,
	fingerprint: string,
	{ memory, bucket }: Pick<GenerationPorts, 'memory' | 'bucket'>,
): RecordBook {
	const key = input.output_video_key === undefined ? undefined : recordKey(input.output_video_key);
	const shared: { bucket: Bucket; key: string } | undefined =
		bucket && key !== undefined ? { bucket, key } : undefined;
	const ours = (raw: unknown): JobRecord | undefined => {
		const { data } = jobRecord.safeParse(raw);
		return data?.fingerprint === fingerprint ? data : undefined;
	};
	const remember = (record: JobRecord) => {
		memory.write(slot, record);
	};
	const read = async () => {
		const stored = await shared?.bucket.getText(shared.key);
		if (stored?.tag !== 'there') return undefined;
		const record = ours(fromJson(stored.text));
		return record && { ...record, recorded_at_ms: record.recorded_at_ms ?? stored.lastModifiedMs };
	};
	return {
		isShared: shared !== undefined,
		remember,
		remembered: () => ours(memory.read(slot)),
		recorded: read,
		write: async (record) => {
			remember(record);
			const { report, ...lasting } = record;
			await shared?.bucket.putText(shared.key, JSON.stringify(lasting), RECORD_TYPE);
		},
		forget: async (intent) => {
			memory.write(slot, undefined);
			const recorded = await read();
			// Another execution may have written its own over it meanwhile.
			if (recorded?.execution_id !== intent.execution_id || recorded.state !== 'intent') return;
			await shared?.bucket.remove(shared.key);
		},
	};
}

/** Reads a record whatever request it is of: for a job that is only known by its id and key. */
export async function readRecordOf(
	outputVideoKey: string,
	bucket: Pick<Bucket, 'getText'>,
): Promise<JobRecord | undefined> {
	const stored = await bucket.getText(recordKey(outputVideoKey));
	return stored.tag === 'there' ? jobRecord.safeParse(fromJson(stored.text)).data : undefined;
}
