import { waitUnlessAborted } from '../../base/async/abort';
import { mapConcurrently } from '../../base/async/concurrency';
import type { Result } from '../run/generate';
import type { GenerationPorts, GenerationRequest } from '../request/ports';
import { createOptionalStore } from '../report/optionalStore';
import { isLookedAtAgain } from '../run/jobContext';
import { openRecordBook, type RecordBook } from '../record/record';
import { isFollowed } from '../record/timeToLive';
import { runFactsOf } from '../record/runFacts';
import { lastingOutput } from '../../contract/jobOutput';
import { settle } from '../../base/errors/settled';
import type { Bucket } from '../../storage/objects/bucket';

/** A result that was given out; its video, where the item carries it, is gone by now. */
export interface Given extends Omit<Result, 'video'> {
	request: GenerationRequest;
	/** The video came in the answer and lies nowhere else. */
	isInline: boolean;
}

const AT_ONCE = 16;
/** A store that fails so often in a row is not asked any more: the results are there. */
const MAX_FAULTS = 3;

/** A result that was given out is not given out again by a later run: that one makes a new video. */
export async function markDelivered(
	given: readonly Given[],
	{
		bucket,
		clock,
		memory,
		executionId,
		signal,
		onDenied,
	}: Pick<GenerationPorts, 'bucket' | 'clock' | 'memory' | 'executionId' | 'signal' | 'onDenied'>,
): Promise<void> {
	let faults = 0;
	const mark = async ({ request, record, report, isInline }: Given) => {
		if (!record || record.delivered || isLookedAtAgain(record, request)) return;
		const book = openRecordBook(request, record.fingerprint, memory);
		const run = runFactsOf(report);
		const delivered = { ...record, delivered: true, output: lastingOutput(report), run };
		// A later try of this execution asks RunPod for such a video again, which has it for a while.
		book.remember(isInline ? record : { ...delivered, report });
		if (book.key === undefined || faults >= MAX_FAULTS || signal?.aborted) return;
		// The video is paid for and there: a note that cannot be written must not cost it.
		const optional = createOptionalStore(bucket, clock);
		await optional.attempt('', async (within) => {
			if (record.state !== 'finished' && (await isOthers(book, within))) return;
			if (!(await book.advance(delivered, within))) onDenied?.('writeRecord', within.name);
		});
		faults = optional.warnings().length > 0 ? faults + 1 : 0;
	};
	/** Who follows the job gives its video out, and marks it then. */
	const isOthers = async (book: RecordBook, within: Bucket) => {
		const standing = await book.read(within);
		if (standing.tag !== 'ours' || standing.record.execution_id === executionId) return false;
		return isFollowed(standing.record, clock.now());
	};
	const marked = mapConcurrently(given, AT_ONCE, mark);
	await settle(waitUnlessAborted(marked, signal));
}
