import { WanAvatarError } from '../contract/errors';
import { requestsPage } from '../contract/consolePages';
import type { JobInput } from '../contract/jobInput';
import { ownerOf, type Desk, type SubmittedRecord } from './desk';
import { findRecorded, runsOutAtMs, type Earlier } from './earlier';
import { inputWithFiles } from './inlineFile';
import type { JobRecord } from './record';

/** What came of a submit: a job of our own, or what another execution got there first with. */
export type Submitted =
	{ tag: 'submitted'; record: SubmittedRecord } | Exclude<Earlier, { tag: 'nothing' }>;

/**
 * Submits a request once: files first, then the intent, the POST, and the job id.
 * @throws WanAvatarError with the item's facts in `details`
 */
export async function submit(desk: Desk): Promise<Submitted> {
	for (const upload of desk.request.uploads) await desk.upload(upload);
	const input = await filledInput(desk);
	assertNotStopped(desk);
	const intent = intentOf(desk);
	await desk.book.write(intent);
	const recorded = await desk.book.recorded();
	const others = recorded && (await othersIntent(recorded, intent, desk));
	if (others) return others;
	// The store's own time, with which the age of a video can be compared.
	const stamped = { ...intent, recorded_at_ms: recorded?.recorded_at_ms ?? null };
	desk.book.remember(stamped);
	if (isStopped(desk)) {
		await desk.book.forget(intent);
		throw stoppedBeforeSubmit(desk);
	}
	return { tag: 'submitted', record: await post(stamped, input, desk) };
}

/** A file that can no longer be read ends the item unsent: nothing is written down for it. */
async function filledInput({ request }: Desk): Promise<JobInput> {
	try {
		return await inputWithFiles(request);
	} catch (error) {
		throw error instanceof WanAvatarError ? error.withDetails({ ...ownerOf(request) }) : error;
	}
}

function intentOf({ fingerprint, ports, request }: Desk): JobRecord {
	return {
		version: 1,
		state: 'intent',
		delivered: false,
		fingerprint,
		execution_id: ports.executionId,
		endpoint_id: ports.queue.endpointId,
		job_id: null,
		input_keys: request.uploads.map(({ key }) => key),
		intended_at_ms: ports.clock.now(),
		submitted_at_ms: null,
		recorded_at_ms: null,
	};
}

/** Two executions may have written at the same moment: whoever reads another's record leaves the job to it. */
async function othersIntent(
	recorded: JobRecord,
	intent: JobRecord,
	desk: Desk,
): Promise<Submitted | undefined> {
	if (recorded.execution_id === intent.execution_id) return undefined;
	const found = await findRecorded(recorded, desk);
	return found.tag === 'nothing' ? undefined : found;
}

async function post(intent: JobRecord, input: JobInput, desk: Desk): Promise<SubmittedRecord> {
	const { book, ports, request } = desk;
	try {
		const job_id = await ports.queue.submit({ input, ...request.envelope });
		const submitted_at_ms = ports.clock.now();
		const record = { ...intent, state: 'submitted' as const, job_id, submitted_at_ms };
		await noted(book.write(record));
		return record;
	} catch (error) {
		if (!(error instanceof WanAvatarError)) throw error;
		if (error.code !== 'SUBMIT_UNKNOWN') await noted(book.forget(intent));
		throw error.withDetails({ ...ownerOf(request) });
	}
}

/** The job is there: a note that cannot be written must not lose it. */
async function noted(writing: Promise<void>): Promise<void> {
	try {
		await writing;
	} catch {
		// Memory has the note already; only another execution will not find it.
	}
}

export function isStopped({ ports, halt }: Desk): boolean {
	return (ports.signal?.aborted ?? false) || halt.aborted;
}

function assertNotStopped(desk: Desk): void {
	if (isStopped(desk)) throw stoppedBeforeSubmit(desk);
}

export function stoppedBeforeSubmit({ request }: Desk): WanAvatarError {
	return new WanAvatarError('STOPPED', 'The workflow was stopped before this item was submitted', {
		remedy: 'Nothing was sent to RunPod for it.',
		details: { ...ownerOf(request) },
	});
}

/** The error for a request of which nobody knows whether it was submitted. */
export function uncertain(record: JobRecord, desk: Desk): WanAvatarError {
	const at = new Date(record.intended_at_ms).toISOString();
	const until = new Date(runsOutAtMs(record, desk)).toISOString();
	const owner = ownerOf(desk.request);
	const where = owner.output_video_key
		? ` Its video will be stored as ${owner.output_video_key}.`
		: '';
	return new WanAvatarError(
		'SUBMIT_UNKNOWN',
		`A job for this item was sent at ${at} and may be running: RunPod gave no job ID`,
		{
			remedy: `It is not sent again before ${until}, since it could be paid twice. Look at the Requests page of the endpoint (${requestsPage(record.endpoint_id)}).${where} To send it all the same, turn on Submit Anyway in the options.`,
			details: { ...owner, endpoint_id: record.endpoint_id },
		},
	);
}
