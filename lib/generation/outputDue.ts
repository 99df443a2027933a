import { joinSignals, waitUnlessAborted } from '../contract/abort';
import { WanAvatarError } from '../contract/errors';
import { graceAfter } from '../contract/grace';
import { LIMITS } from '../contract/limits';
import { isSubmitted, ownerOf, referenceOf, type Desk } from './desk';

/** So long after Stop, or after the deadline, the item is given out as it stands. */
const AFTER_STOP_MS = LIMITS.graceMs + 300;
const AFTER_DEADLINE_MS = 4500;

/**
 * Waits for the work on an item, but gives it out when that is due: whatever hangs, Stop and the deadline are kept. What
 * is under way goes on by itself, such as a cancel.
 * @throws WanAvatarError STOPPED, DEADLINE that names the job where there is one
 */
export async function untilOutputIsDue<T>(work: Promise<T>, desk: Desk): Promise<T> {
	const { clock, signal } = desk.ports;
	// The desk's own signal is aborted at Stop too, which is due sooner.
	const afterStop = graceAfter(signal, AFTER_STOP_MS, clock);
	const afterDeadline = graceAfter(desk.signal, AFTER_DEADLINE_MS, clock);
	const due = joinSignals([afterStop.signal, afterDeadline.signal]);
	try {
		return await waitUnlessAborted(work, due.signal);
	} catch (error) {
		if (!due.signal.aborted || error instanceof WanAvatarError) throw error;
		throw notEndedInTime(desk);
	} finally {
		for (const one of [afterStop, afterDeadline, due]) one.release();
	}
}

function notEndedInTime(desk: Desk): WanAvatarError {
	const isStop = desk.ports.signal?.aborted ?? false;
	const record = desk.book.remembered();
	const why = isStop ? 'The workflow was stopped' : 'Timeout was over';
	const code = isStop ? 'STOPPED' : 'DEADLINE';
	if (!record || !isSubmitted(record))
		return new WanAvatarError(code, `${why} while this item was worked on`, {
			remedy: 'MinIO or RunPod is slow to answer. No job of it is known.',
			details: { ...ownerOf(desk.request) },
		});
	return new WanAvatarError(code, `${why} while job ${record.job_id} was worked on`, {
		remedy: `A job that is not finished is being cancelled. Get Status with its job ID tells how it is.`,
		details: { ...referenceOf(record, desk) },
	});
}
