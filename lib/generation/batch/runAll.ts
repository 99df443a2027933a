import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import { mapConcurrently } from '../../base/async/concurrency';
import { WanAvatarError } from '../../base/errors/errors';
import { NOT_STARTED, settle, type End, type Settled } from '../../base/errors/settled';
import { AnswerSlot } from '../../contract/answerSlot';
import { costedError } from '../cost/costed';
import { createCostWatch } from '../cost/costWatch';
import { openRecordBook } from '../record/record';
import { namingUnseen } from '../report/deniedWords';
import { createOptionalStore } from '../report/optionalStore';
import { ofItem } from '../report/owner';
import { fingerprintOf } from '../request/fingerprint';
import type { GenerationPorts, GenerationRequest, RunOptions } from '../request/ports';
import { uploadAll, type Upload } from '../request/upload';
import { RunAborted } from '../run/followToResult';
import { watched, type Gate } from './gate';
import type { JobContext } from '../run/jobContext';
import { untilOutputIsDue } from '../run/outputDue';
import { createSharedPolling } from '../run/sharedPolling';
import { slotted } from '../run/slottedQueue';

/** What the items of one run share. */
export interface Run extends Pick<
	JobContext,
	'ports' | 'polling' | 'upload' | 'runAborted' | 'costs'
> {
	/** Ends it for the others, once an item has failed. */
	abort: () => void;
}

export function openRun(
	given: GenerationPorts,
	{ pollIntervalMs }: Pick<RunOptions, 'pollIntervalMs'>,
): Run {
	const runAbort = new AbortController();
	const { clock, signal, onNote } = given;
	const costs = given.costs && createCostWatch(given.costs, clock, signal, onNote);
	const ports = costs ? { ...given, queue: costs.watched(given.queue) } : given;
	return {
		ports,
		costs,
		polling: createSharedPolling(ports.clock, ports.queue, pollIntervalMs),
		upload: uploadOnceEach(ports),
		runAborted: runAbort.signal,
		abort: () => {
			runAbort.abort();
		},
	};
}

/** How the items of a run take their turns. */
export interface Turns {
	/** So many have begun or wait for their turn. */
	atOnce: number;
	admit: Gate;
	/** One that fails ends the run for the others. */
	stopOnFault: boolean;
	/** The items have their jobs already: also a run that has ended looks after them. */
	haveJobs?: boolean;
}

/** Works on one item; `left` is aborted once nobody waits for what it gives. */
export type ItemWork<T> = (context: JobContext, index: number, left: AbortSignal) => Promise<T>;

/** Works on all requests, each in its turn. The ends come in their order; a request that is faulty stays as it is. */
export async function runAll<T>(
	requests: readonly Settled<GenerationRequest>[],
	run: Run,
	{ atOnce, admit, stopOnFault, haveJobs = false }: Turns,
	work: ItemWork<T>,
): Promise<End<T>[]> {
	return await mapConcurrently(requests, atOnce, async (request, index) => {
		if ('error' in request) return request;
		const end = await admit(request.value, async (turn) => {
			if (run.runAborted.aborted && !haveJobs) return NOT_STARTED;
			const shared = { ...watched(run, turn), refusal: turn.refusal };
			return await workOn(request.value, shared, async (context, left) =>
				work(context, index, left),
			);
		});
		if (stopOnFault && endsRun(end)) run.abort();
		return end;
	});
}

/** Whether it ends the run for the others: an item for which there is no more money does not. */
export function endsRun(end: End<unknown>): boolean {
	if (!('error' in end)) return false;
	return !(end.error instanceof WanAvatarError && end.error.code === 'BUDGET_REACHED');
}

type Shared = Omit<Run, 'abort'> & Pick<JobContext, 'refusal'>;

async function workOn<T>(
	request: GenerationRequest,
	shared: Shared,
	work: (context: JobContext, left: AbortSignal) => Promise<T>,
): Promise<End<T>> {
	const { context, close } = openJobContext(request, shared);
	const left = new AbortController();
	try {
		const end = await settle(untilOutputIsDue(work(context, left.signal), context));
		if ('value' in end) return end;
		if (end.error instanceof RunAborted) return { skipped: end.error.message };
		if (shared.runAborted.aborted && isNotStarted(end.error)) return NOT_STARTED;
		const error = await costedError(end.error, shared);
		return { error: namingUnseen(ofItem(error, request), request.unseenInputs) };
	} finally {
		// What is still being copied would go on for nobody.
		left.abort();
		close();
	}
}

function openJobContext(
	request: GenerationRequest,
	shared: Shared,
): { context: JobContext; close: () => void } {
	const { ports } = shared;
	const { clock, bucket, signal } = ports;
	const fingerprint = fingerprintOf(ports.queue.endpointId, request);
	const joined = joinSignals([signal, clock.timeout(request.timeoutMs)]);
	const stop = joinSignals([signal, shared.runAborted]);
	const slot = new AnswerSlot(stop.signal);
	const context: JobContext = {
		request,
		fingerprint,
		book: openRecordBook(request, fingerprint, ports.memory),
		...shared,
		ports: { ...ports, queue: slotted(ports.queue, slot) },
		slot,
		deadlineMs: clock.monotonic() + request.timeoutMs,
		signal: joined.signal,
		store: bucket?.within(joined.signal),
		optional: createOptionalStore(bucket, clock),
	};
	const close = () => {
		joined.release();
		stop.release();
		slot.close();
	};
	return { context, close };
}

/** Whoever has a job is never "not started". */
function isNotStarted(error: unknown): boolean {
	return (
		error instanceof WanAvatarError &&
		error.code === 'STOPPED' &&
		error.details.job_id === undefined &&
		error.details.endpoint_id === undefined
	);
}

/** Items of the same content share one upload. */
function uploadOnceEach({ bucket: whole, signal: stop }: GenerationPorts): JobContext['upload'] {
	// Stop cuts a copy; the deadline of one item does not, since others may wait for the same file.
	const bucket = stop ? whole?.within(stop) : whole;
	const uploads = new Map<string, Promise<void>>();
	return async (upload: Upload, signal) => {
		if (!bucket) return;
		const underway = uploads.get(upload.key) ?? uploadAll([upload], bucket);
		uploads.set(upload.key, underway);
		// One that failed, or was given up, is tried anew by the next item.
		underway.catch(() => uploads.delete(upload.key));
		await waitUnlessAborted(underway, signal);
	};
}
