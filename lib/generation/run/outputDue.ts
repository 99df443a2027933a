import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import { WORKFLOW_STOPPED } from '../../base/async/stop';
import { WanAvatarError } from '../../base/errors/errors';
import { graceAfter } from '../../base/async/grace';
import { LIMITS } from '../../base/async/timeLimits';
import { BY_STATUS } from '../../contract/storedAs';
import { isSubmitted, referenceOf, type JobContext } from './jobContext';

/** So long after Stop, or after the deadline, the item is given out as it stands. */
const AFTER_STOP_MS = LIMITS.graceMs + 300;
const AFTER_DEADLINE_MS = 4500;

/**
 * Waits for the work on an item, but gives it out when that is due: whatever hangs, Stop and the deadline are kept. What
 * is under way goes on by itself, such as a cancel. A result that comes in a large answer is waited for past the deadline,
 * since its job is finished and paid for: its own limits end it.
 * @throws WanAvatarError STOPPED, DEADLINE that names the job where there is one
 */
export async function untilOutputIsDue<T>(work: Promise<T>, context: JobContext): Promise<T> {
	// The context's own signal is aborted at Stop too, which is due sooner.
	const afterDeadline = await endOrDue(work, context.signal, context);
	if (afterDeadline.tag === 'ended') return afterDeadline.value;
	const { left } = context.slot;
	const afterAnswer =
		left && !isStopped(context) ? await endOrDue(work, left, context) : afterDeadline;
	if (afterAnswer.tag === 'ended') return afterAnswer.value;
	throw notEndedInTime(context);
}

/** What the work comes to, unless the output is due before: a moment after Stop, or somewhat more after the signal. */
async function endOrDue<T>(
	work: Promise<T>,
	over: AbortSignal,
	{ ports }: JobContext,
): Promise<{ tag: 'ended'; value: T } | { tag: 'due' }> {
	const { clock, signal } = ports;
	const afterStop = graceAfter(signal, AFTER_STOP_MS, clock);
	const afterSignal = graceAfter(over, AFTER_DEADLINE_MS, clock);
	const due = joinSignals([afterStop.signal, afterSignal.signal]);
	try {
		return { tag: 'ended', value: await waitUnlessAborted(work, due.signal) };
	} catch (error) {
		if (!due.signal.aborted || error instanceof WanAvatarError) throw error;
		return { tag: 'due' };
	} finally {
		for (const one of [afterStop, afterSignal, due]) one.release();
	}
}

function fateOf(context: JobContext): string {
	return context.request.onTimeout === 'hand back' && !isStopped(context)
		? 'A job that is not finished goes on: see with Get Status.'
		: 'A job that is not finished is being cancelled.';
}

function isStopped({ ports }: JobContext): boolean {
	return ports.signal?.aborted ?? false;
}

function notEndedInTime(context: JobContext): WanAvatarError {
	const isStop = isStopped(context);
	const record = context.book.remembered();
	const why = isStop ? WORKFLOW_STOPPED : 'Timeout was over';
	const code = isStop ? 'STOPPED' : 'DEADLINE';
	if (!record || !isSubmitted(record))
		return new WanAvatarError(code, `${why} while this item was worked on`, {
			remedy: 'MinIO or RunPod is slow to answer. No job of it is known.',
		});
	return new WanAvatarError(code, `${why} while job ${record.job_id} was worked on`, {
		remedy: `${fateOf(context)} Of one that is finished ${BY_STATUS}.`,
		details: { ...referenceOf(record, context) },
	});
}
