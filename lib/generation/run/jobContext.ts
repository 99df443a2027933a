import type { AnswerSlot } from '../../contract/answerSlot';
import type { WanAvatarError } from '../../base/errors/errors';
import type { CostWatch } from '../cost/costWatch';
import type { OptionalStore } from '../report/optionalStore';
import type { JobRecord, RecordBook } from '../record/record';
import type { Bucket } from '../../storage/objects/bucket';
import type { GenerationPorts, GenerationRequest, SharedPolling } from '../request/ports';
import { ownerOf } from '../report/owner';
import type { JobReference } from '../report/report';
import type { Upload } from '../request/upload';

/** One request with all that is needed to work on it. */
export interface JobContext {
	request: GenerationRequest;
	fingerprint: string;
	book: RecordBook;
	ports: GenerationPorts;
	polling: SharedPolling;
	/** Puts a file into the bucket, once for all items of the run. */
	upload: (upload: Upload, signal: AbortSignal) => Promise<void>;
	/** Tells what jobs have cost, where that is asked for. */
	costs: CostWatch | undefined;
	/** Aborted when another item failed and the run ends with it. */
	runAborted: AbortSignal;
	/** Why nothing is to be sent for the item; nothing where it may be. */
	refusal: WanAvatarError | undefined;
	/** By the monotonic clock: one for all that is done for the item, whoever's job it ends up with. */
	deadlineMs: number;
	/** Holds the large answer of its job. */
	slot: AnswerSlot;
	/** Aborted at Stop and at the deadline: ends what is done before the submit. */
	signal: AbortSignal;
	/** The bucket for what must succeed before anything is paid; nothing where no record can stand in it. */
	store: Bucket | undefined;
	/** The bucket for what a paid job does not depend on. */
	optional: OptionalStore;
}

/** The job that a record names, for the request of this context. */
export function referenceOf(
	record: JobRecord & { job_id: string },
	{ request }: Pick<JobContext, 'request'>,
): JobReference {
	const { job_id, endpoint_id, submitted_at_ms } = record;
	const submitted_at = submitted_at_ms === null ? null : new Date(submitted_at_ms).toISOString();
	return { job_id, endpoint_id, ...ownerOf(request), submitted_at };
}

/** A record that has a job id. */
export type SubmittedRecord = JobRecord & { job_id: string };

export function isSubmitted(record: JobRecord): record is SubmittedRecord {
	return record.job_id !== null;
}

/** A model that asks for the same again gets the job as it is then: one that goes on counts as not given out. */
export function isLookedAtAgain(
	{ state }: Pick<JobRecord, 'state'>,
	{ byModel }: Pick<GenerationRequest, 'byModel'>,
): boolean {
	return byModel !== undefined && state !== 'finished';
}

/** Notes a later state of a job: in memory surely, in the bucket if it answers. */
export async function note(
	record: JobRecord,
	{ book, optional, ports }: JobContext,
): Promise<void> {
	book.remember(record);
	if (book.key === undefined) return;
	await optional.attempt('The record of the job could not be written', async (bucket) => {
		if (await book.advance(record, bucket)) return;
		ports.onDenied?.('writeRecord', bucket.name);
		optional.warn(
			'The access key may not write the record of this job: other executions cannot see it.',
		);
	});
}
