import { WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import { pause } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import type { JobInput } from '../../contract/jobInput';
import { graceAfter } from '../../base/async/grace';
import { LIMITS } from '../../base/async/timeLimits';
import { note, type JobContext, type SubmittedRecord } from './jobContext';
import { judgeStanding, readStanding, type Earlier } from './earlier';
import { inputWithFiles } from '../request/inlineFile';
import { isSameIntent, type JobRecord, type Standing } from '../record/record';
import { settle } from '../../base/errors/settled';
import { stopPaying } from '../result/stopPaying';
import {
	assertMaySubmit,
	cannotSleep,
	heldBack,
	maySubmit,
	notSent,
	stoppedBeforeSubmit,
	stoppedWhileSubmitting,
} from './submitFaults';

/** What came of a submit: a job of our own, or what another execution got there first with. */
export type Submitted =
	{ tag: 'submitted'; record: SubmittedRecord } | Exclude<Earlier, { tag: 'nothing' }>;

/**
 * Submits a request once: files first, then the intent, the POST, and the job id.
 * @throws WanAvatarError with the item's facts in `details`
 */
export async function submit(context: JobContext, judged: Standing): Promise<Submitted> {
	const ready = await unlessStopped(context, async () => {
		for (const upload of context.request.uploads) await context.upload(upload, context.signal);
		const input = await inputWithFiles(context.request);
		assertMaySubmit(context);
		return { input, claimed: await claim(context, judged) };
	});
	const { claimed, input } = ready;
	if (claimed.tag !== 'claimed') return claimed;
	const { intent } = claimed;
	if (!maySubmit(context)) {
		await unsent(intent, context);
		throw stoppedBeforeSubmit(context);
	}
	return { tag: 'submitted', record: await post(intent, input, context) };
}

/** What is cut by Stop or the deadline before anything was sent is told so, whatever it fails with. */
export async function unlessStopped<T>(context: JobContext, work: () => Promise<T>): Promise<T> {
	const done = await settle(work());
	if ('value' in done) return done.value;
	if (!maySubmit(context)) throw stoppedBeforeSubmit(context);
	throw done.error instanceof WanAvatarError ? notSent(done.error) : done.error;
}

type Claim = { tag: 'claimed'; intent: JobRecord } | Exclude<Earlier, { tag: 'nothing' }>;

const MAX_CLAIMS = 4;
const CLAIM_PAUSE_MS = 300;

/** Writes the intent over what was judged, and reads it back; what somebody else wrote meanwhile is judged anew. */
async function claim(context: JobContext, judged: Standing): Promise<Claim> {
	let standing = judged;
	for (let tries = 1; tries <= MAX_CLAIMS; tries++) {
		const intent = intentOf(context, standing);
		const written = await writeIntent(intent, standing, context, tries === MAX_CLAIMS);
		const now = await readBack(intent, context);
		// "changed" may be said of one's own text, where a first try took effect and its answer was lost.
		const isOurs = now.tag === 'ours' && isSameIntent(now.record, intent);
		if (isOurs || (written !== 'changed' && now.tag !== 'ours'))
			return { tag: 'claimed', intent: stamped(intent, now) };
		const earlier = await unsentIfFault(intent, context, judgeStanding(now, context));
		if (earlier.tag !== 'nothing') return earlier;
		standing = earlier.standing;
		await pause(context.ports.clock, CLAIM_PAUSE_MS, context.signal);
	}
	throw new WanAvatarError('STORAGE', 'Other executions keep writing the record of this job', {
		remedy: 'Nothing was sent to RunPod for the item. Run it again.',
	});
}

async function writeIntent(
	intent: JobRecord,
	judged: Standing,
	context: JobContext,
	anyway: boolean,
) {
	const { book, store, optional } = context;
	if (!store) {
		book.remember(intent);
		return 'written';
	}
	const written = await unsentIfFault(intent, context, book.claim(intent, judged, store, anyway));
	if (written === 'denied') {
		context.ports.onDenied?.('writeRecord', store.name);
		optional.warn(
			'The access key may not write the record of this job: other executions cannot see it.',
		);
		await refuseSleep('write', intent, context);
	}
	return written;
}

/** What may not be read even now is no record that is missing. */
async function readBack(intent: JobRecord, context: JobContext): Promise<Standing> {
	const standing = await unsentIfFault(intent, context, readStanding(context));
	if (standing.tag !== 'denied' || !context.store) return standing;
	context.ports.onDenied?.('readRecord', context.store.name);
	context.optional.warn(
		'The access key may not read the record of this job: jobs of other executions are not found again.',
	);
	await refuseSleep('read', intent, context);
	return standing;
}

/** What ends while the execution sleeps is known from its record alone, once RunPod has forgotten it. */
async function refuseSleep(
	right: 'read' | 'write',
	intent: JobRecord,
	context: JobContext,
): Promise<void> {
	if (context.request.suspendedUntilMs === undefined) return;
	await unsent(intent, context);
	throw cannotSleep(right, context);
}

/** Nothing is sent where the record cannot be kept, and the item may be run again at once. */
async function unsentIfFault<T>(
	intent: JobRecord,
	context: JobContext,
	work: Promise<T>,
): Promise<T> {
	const done = await settle(work);
	if ('value' in done) return done.value;
	await unsent(intent, context);
	throw done.error;
}

/** Takes an intent back in both places; where the bucket does not answer, somebody goes on trying for a while. */
async function unsent(intent: JobRecord, context: JobContext): Promise<void> {
	context.book.remember({ ...intent, state: 'unsent' });
	if (context.book.key === undefined || !context.ports.bucket) return;
	if (!(await takeBack(intent, context))) void keepTakingBack(intent, context);
}

async function takeBack(intent: JobRecord, { book, optional }: JobContext): Promise<boolean> {
	const done = await optional.attempt(
		'The note of the submit could not be removed',
		async (bucket) => {
			await book.forget(intent, bucket);
			return true;
		},
	);
	return done === true;
}

const TAKE_BACK_PAUSES_MS = [10_000, 40_000];

/** Until it is gone, other executions take it for a submit that may have taken effect. */
async function keepTakingBack(intent: JobRecord, context: JobContext): Promise<void> {
	for (const ms of TAKE_BACK_PAUSES_MS) {
		await pause(context.ports.clock, ms);
		if (await takeBack(intent, context)) return;
	}
}

function intentOf({ fingerprint, ports, request }: JobContext, standing: Standing): JobRecord {
	return {
		version: 1,
		state: 'intent',
		delivered: false,
		lost: false,
		fingerprint,
		execution_id: ports.executionId,
		endpoint_id: ports.queue.endpointId,
		job_id: null,
		earlier_job_ids: earlierJobIds(standing),
		input_keys: request.uploads.map(({ key }) => key),
		intended_at_ms: ports.clock.now(),
		submitted_at_ms: null,
		followed_at_ms: null,
		suspended_until_ms: request.suspendedUntilMs ?? null,
		ttl_ms: request.envelope.policy?.ttl ?? null,
		recorded_at_ms: null,
	};
}

const MAX_EARLIER_JOBS = 5;

/** A worker that is slow to hear of a cancel may still write under the key. */
function earlierJobIds(standing: Standing): string[] {
	if (standing.tag !== 'ours' && standing.tag !== 'other') return [];
	const { job_id, earlier_job_ids } = standing.record;
	const ids = job_id === null ? earlier_job_ids : [job_id, ...earlier_job_ids];
	return ids.slice(0, MAX_EARLIER_JOBS);
}

/** The intent with the store's own time, with which the age of a video can be compared. */
function stamped(intent: JobRecord, standing: Standing): JobRecord {
	const recorded_at_ms = standing.tag === 'ours' ? standing.record.recorded_at_ms : null;
	return { ...intent, recorded_at_ms };
}

async function post(
	intent: JobRecord,
	input: JobInput,
	context: JobContext,
): Promise<SubmittedRecord> {
	const { book, ports, request } = context;
	book.remember(intent);
	const body = { input, ...request.envelope };
	const answer = settle(ports.queue.submit(body, context.signal));
	const submitted = await untilGrace(answer, context);
	if (submitted === 'no answer yet') {
		void cancelWhenNamed(answer, intent, context);
		throw stoppedWhileSubmitting(intent, context);
	}
	if ('value' in submitted) {
		const record = submittedRecord(intent, submitted.value, context);
		// Whoever stops must not wait for the note: the job is cancelled at once.
		await settle(waitUnlessAborted(note(record, context), context.signal));
		return record;
	}
	const { error } = submitted;
	if (!(error instanceof WanAvatarError)) throw error;
	if (error.code !== 'SUBMIT_UNKNOWN') await unsent(intent, context);
	throw error.code === 'SUBMIT_UNKNOWN' ? heldBack(error, intent) : error;
}

/** A submit that is on its way is never cut, but the item does not wait for its answer for long after Stop. */
async function untilGrace<T>(
	work: Promise<T>,
	{ ports, signal }: JobContext,
): Promise<T | 'no answer yet'> {
	const over = graceAfter(signal, LIMITS.graceMs, ports.clock);
	try {
		return await waitUnlessAborted(work, over.signal);
	} catch (error) {
		if (error instanceof WaitEnded) return 'no answer yet';
		throw error;
	} finally {
		over.release();
	}
}

/** Nobody waits for the job any longer: it is cancelled as soon as RunPod names it. */
async function cancelWhenNamed(
	answer: Promise<{ value: string } | { error: unknown }>,
	intent: JobRecord,
	context: JobContext,
): Promise<void> {
	const submitted = await answer;
	if ('value' in submitted) {
		const record = submittedRecord(intent, submitted.value, context);
		const { queue, clock } = context.ports;
		await Promise.all([stopPaying(record.job_id, queue, clock), note(record, context)]);
		return;
	}
	const { error } = submitted;
	if (error instanceof WanAvatarError && error.code !== 'SUBMIT_UNKNOWN')
		await unsent(intent, context);
}

function submittedRecord(
	intent: JobRecord,
	job_id: string,
	{ ports }: JobContext,
): SubmittedRecord {
	return { ...intent, state: 'submitted', job_id, submitted_at_ms: ports.clock.now() };
}
