import { WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import { pause } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import type { JobInput } from '../../contract/jobInput';
import { graceAfter } from '../../base/async/grace';
import { LIMITS } from '../../base/async/limits';
import { note, type Desk, type SubmittedRecord } from './jobContext';
import { ownerOf } from '../report/owner';
import { judgeStanding, readStanding, type Earlier } from './earlier';
import { inputWithFiles } from '../request/inlineFile';
import { isSameIntent, type JobRecord, type Standing } from '../record/record';
import { settle } from '../../base/errors/settled';
import {
	assertMaySubmit,
	heldBack,
	maySubmit,
	notSent,
	stoppedBeforeSubmit,
	stoppedWhileSubmitting,
	withOwner,
} from './submitFaults';

/** What came of a submit: a job of our own, or what another execution got there first with. */
export type Submitted =
	{ tag: 'submitted'; record: SubmittedRecord } | Exclude<Earlier, { tag: 'nothing' }>;

/**
 * Submits a request once: files first, then the intent, the POST, and the job id.
 * @throws WanAvatarError with the item's facts in `details`
 */
export async function submit(desk: Desk, judged: Standing): Promise<Submitted> {
	const ready = await unlessStopped(desk, async () => {
		for (const upload of desk.request.uploads) await desk.upload(upload, desk.signal);
		const input = await inputWithFiles(desk.request);
		assertMaySubmit(desk);
		return { input, claimed: await claim(desk, judged) };
	});
	const { claimed, input } = ready;
	if (claimed.tag !== 'claimed') return claimed;
	const { intent } = claimed;
	if (!maySubmit(desk)) {
		await unsent(intent, desk);
		throw stoppedBeforeSubmit(desk);
	}
	return { tag: 'submitted', record: await post(intent, input, desk) };
}

/** What is cut by Stop or the deadline before anything was sent is told so, whatever it fails with. */
export async function unlessStopped<T>(desk: Desk, work: () => Promise<T>): Promise<T> {
	const done = await settle(work());
	if ('value' in done) return done.value;
	if (!maySubmit(desk)) throw stoppedBeforeSubmit(desk);
	throw done.error instanceof WanAvatarError ? notSent(done.error, desk) : done.error;
}

type Claim = { tag: 'claimed'; intent: JobRecord } | Exclude<Earlier, { tag: 'nothing' }>;

const MAX_CLAIMS = 4;
const CLAIM_PAUSE_MS = 300;

/** Writes the intent over what was judged, and reads it back; what somebody else wrote meanwhile is judged anew. */
async function claim(desk: Desk, judged: Standing): Promise<Claim> {
	let standing = judged;
	for (let tries = 1; tries <= MAX_CLAIMS; tries++) {
		const intent = intentOf(desk, standing);
		const written = await writeIntent(intent, standing, desk, tries === MAX_CLAIMS);
		const now = await readBack(intent, desk);
		// "changed" may be said of one's own text, where a first try took effect and its answer was lost.
		const isOurs = now.tag === 'ours' && isSameIntent(now.record, intent);
		if (isOurs || (written !== 'changed' && now.tag !== 'ours'))
			return { tag: 'claimed', intent: stamped(intent, now) };
		const earlier = await unsentIfFault(intent, desk, judgeStanding(now, desk));
		if (earlier.tag !== 'nothing') return earlier;
		standing = earlier.standing;
		await pause(desk.ports.clock, CLAIM_PAUSE_MS, desk.signal);
	}
	throw new WanAvatarError('STORAGE', 'Other executions keep writing the record of this job', {
		remedy: 'Nothing was sent to RunPod for the item. Run it again.',
		details: { ...ownerOf(desk.request) },
	});
}

async function writeIntent(intent: JobRecord, judged: Standing, desk: Desk, anyway: boolean) {
	const { book, store, optional } = desk;
	if (!store) {
		book.remember(intent);
		return 'written';
	}
	const written = await unsentIfFault(intent, desk, book.claim(intent, judged, store, anyway));
	if (written === 'denied') {
		desk.ports.onDenied?.('writeRecord', store.name);
		optional.warn(
			'The access key may not write the record of this job: other executions cannot see it.',
		);
	}
	return written;
}

/** What may not be read even now is no record that is missing. */
async function readBack(intent: JobRecord, desk: Desk): Promise<Standing> {
	const standing = await unsentIfFault(intent, desk, readStanding(desk));
	if (standing.tag !== 'denied' || !desk.store) return standing;
	desk.ports.onDenied?.('readRecord', desk.store.name);
	desk.optional.warn(
		'The access key may not read the record of this job: jobs of other executions are not found again.',
	);
	return standing;
}

/** Nothing is sent where the record cannot be kept, and the item may be run again at once. */
async function unsentIfFault<T>(intent: JobRecord, desk: Desk, work: Promise<T>): Promise<T> {
	const done = await settle(work);
	if ('value' in done) return done.value;
	await unsent(intent, desk);
	throw done.error;
}

/** Takes an intent back in both places; where the bucket does not answer, somebody goes on trying for a while. */
async function unsent(intent: JobRecord, desk: Desk): Promise<void> {
	desk.book.remember({ ...intent, state: 'unsent' });
	if (desk.book.key === undefined || !desk.ports.bucket) return;
	if (!(await takeBack(intent, desk))) void keepTakingBack(intent, desk);
}

async function takeBack(intent: JobRecord, { book, optional }: Desk): Promise<boolean> {
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
async function keepTakingBack(intent: JobRecord, desk: Desk): Promise<void> {
	for (const ms of TAKE_BACK_PAUSES_MS) {
		await pause(desk.ports.clock, ms);
		if (await takeBack(intent, desk)) return;
	}
}

function intentOf({ fingerprint, ports, request }: Desk, standing: Standing): JobRecord {
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

async function post(intent: JobRecord, input: JobInput, desk: Desk): Promise<SubmittedRecord> {
	const { book, ports, request } = desk;
	book.remember(intent);
	const body = { input, ...request.envelope };
	const answer = settle(ports.queue.submit(body, desk.signal));
	const submitted = await untilGrace(answer, desk);
	if (submitted === 'no answer yet') {
		void cancelWhenNamed(answer, intent, desk);
		throw stoppedWhileSubmitting(intent, desk);
	}
	if ('value' in submitted) {
		const record = submittedRecord(intent, submitted.value, desk);
		// Whoever stops must not wait for the note: the job is cancelled at once.
		await settle(waitUnlessAborted(note(record, desk), desk.signal));
		return record;
	}
	const { error } = submitted;
	if (!(error instanceof WanAvatarError)) throw error;
	if (error.code !== 'SUBMIT_UNKNOWN') await unsent(intent, desk);
	throw error.code === 'SUBMIT_UNKNOWN' ? heldBack(error, intent, desk) : withOwner(error, desk);
}

/** A submit that is on its way is never cut, but the item does not wait for its answer for long after Stop. */
async function untilGrace<T>(
	work: Promise<T>,
	{ ports, signal }: Desk,
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
	desk: Desk,
): Promise<void> {
	const submitted = await answer;
	if ('value' in submitted) {
		const record = submittedRecord(intent, submitted.value, desk);
		await Promise.all([settle(desk.ports.queue.cancel(record.job_id)), note(record, desk)]);
		return;
	}
	const { error } = submitted;
	if (error instanceof WanAvatarError && error.code !== 'SUBMIT_UNKNOWN')
		await unsent(intent, desk);
}

function submittedRecord(intent: JobRecord, job_id: string, { ports }: Desk): SubmittedRecord {
	return { ...intent, state: 'submitted', job_id, submitted_at_ms: ports.clock.now() };
}
