import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import { AnswerSlot } from '../../contract/answerSlot';
import { WanAvatarError } from '../../base/errors/errors';
import { LIMITS } from '../../base/async/timeLimits';
import type { Bucket } from '../../storage/objects/bucket';
import type { InlineVideo } from '../../base/data/inlineText';
import { mapConcurrently } from '../../base/async/concurrency';
import type { RunBody } from '../../runpod/queue/queueRequests';
import { checkPreview } from '../request/checkOnly';
import { refuseCollisions } from '../request/collisions';
import type { JobContext } from './jobContext';
import { fingerprintOf } from '../request/fingerprint';
import { createGate, watched } from './gate';
import { generate } from './generate';
import type { JobResult } from '../report/jobResult';
import { RunAborted } from './followToResult';
import { namingUnseen } from '../report/deniedWords';
import { refuseBadObjects, tellNotes } from '../request/preflight';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
	SharedPolling,
} from '../request/ports';
import { createOptionalStore } from '../report/optionalStore';
import { untilOutputIsDue } from './outputDue';
import { markDelivered, type Given } from './delivered';
import { openRecordBook } from '../record/record';
import { knownFacts, type JobReport } from '../report/report';
import { NOT_STARTED, settle, type End, type Settled } from '../../base/errors/settled';
import { slotted } from './slottedQueue';
import { uploadAll, type Upload } from '../request/upload';
import { createSharedPolling } from './sharedPolling';

type Requests = readonly Settled<GenerationRequest>[];

/** What a report is handed out with. */
export interface HandedAlong {
	/** A video that lies nowhere else. */
	video: InlineVideo | undefined;
	/** Once it is aborted, nobody waits for what is handed out. */
	signal: AbortSignal;
}

export interface GenerationHandlers<T> {
	/** Ports that are opened only when all items are good: a credential, a connection. */
	connect: () => Promise<GenerationPorts>;
	/** Makes of a report what the item gives out; where that fails, the result counts as not given out. */
	handOut: (
		report: JobReport,
		request: GenerationRequest,
		index: number,
		along: HandedAlong,
	) => Promise<T>;
	/** Makes of a body that would be sent what the item gives out. */
	show: (body: RunBody, index: number) => T;
}

/**
 * Makes many avatars: all are checked before the first is submitted, then up to `maxParallelJobs` are under way at once.
 * The ends come in the order of the requests; a request that is faulty stays as it is.
 */
export async function generateAll<T>(
	requests: Requests,
	{ connect, handOut, show }: GenerationHandlers<T>,
	options: RunOptions,
): Promise<End<T>[]> {
	const distinct = refuseCollisions(requests);
	if (mustStop(distinct, options)) return distinct.map(withoutStarting);
	const ports = await connect();
	const checked = await looked(distinct, ports);
	tellNotes(checked, ports.onNote);
	if (mustStop(checked, options)) return checked.map(withoutStarting);
	if (options.checkOnly)
		return checked.map((request, i) =>
			'error' in request ? request : { value: show(checkPreview(request.value), i) },
		);
	const polling = createSharedPolling(ports.clock, ports.queue, options.pollIntervalMs);
	return await runAll(checked, { ports, polling, handOut }, options);
}

/** Whoever has stopped waits for no look into a file, and no job waits long for a slow store. */
async function looked(requests: Requests, ports: GenerationPorts): Promise<Requests> {
	const { bucket, clock, signal, onDenied } = ports;
	const late = clock.timeout(LIMITS.looksMs);
	const ended = joinSignals([signal, late]);
	const within = bucket?.within(ended.signal);
	const getRange: Bucket['getRange'] | undefined =
		within &&
		(async (...range) => {
			const part = await settle(within.getRange(...range));
			if ('value' in part) return part.value;
			throw late.aborted && !signal?.aborted ? tooSlow() : part.error;
		});
	try {
		const looking = bucket && getRange ? { ...bucket, getRange } : undefined;
		return await refuseBadObjects(requests, looking, onDenied);
	} finally {
		ended.release();
	}
}

function tooSlow(): WanAvatarError {
	const message = `the store is slow, and all looks together took ${String(LIMITS.looksMs / 1000)} seconds`;
	return new WanAvatarError('STORAGE', message, { remedy: 'Check the network to the store.' });
}

function mustStop(requests: Requests, { stopOnFault }: RunOptions): boolean {
	return stopOnFault && requests.some((request) => 'error' in request);
}

function withoutStarting(request: Settled<GenerationRequest>): End<never> {
	return 'error' in request ? request : NOT_STARTED;
}

/** So many have begun or wait for their turn: more than an endpoint takes at once. */
const ENTERING_AT_ONCE = 400;

interface RunContext<T> {
	ports: GenerationPorts;
	polling: SharedPolling;
	handOut: GenerationHandlers<T>['handOut'];
}

async function runAll<T>(
	requests: Requests,
	{ handOut, ...crew }: RunContext<T>,
	{ maxParallelJobs, stopOnFault }: RunOptions,
): Promise<End<T>[]> {
	const runAbort = new AbortController();
	const upload = uploadOnceEach(crew.ports);
	const shared = { ...crew, upload, runAborted: runAbort.signal };
	const admit = createGate(shared, maxParallelJobs);

	const one = async (request: Settled<GenerationRequest>, index: number) => {
		if ('error' in request) return request;
		const end = await admit(
			request.value,
			async (turn) =>
				await run(
					request.value,
					{ ...watched(shared, turn), refusal: turn.refusal },
					async (report, made, along) => await handOut(report, made, index, along),
				),
		);
		if (stopOnFault && 'error' in end) runAbort.abort();
		return end;
	};
	const atOnce = Math.max(ENTERING_AT_ONCE, maxParallelJobs ?? 0);
	const ends = await mapConcurrently(requests, atOnce, one);
	const made = ends.flatMap((end) => ('value' in end ? [end.value] : []));
	if (!runAbort.signal.aborted) await markDelivered(made, crew.ports);
	return ends.map((end) => ('value' in end ? { value: end.value.given } : end));
}

/** What is left of an item: no more than its note needs, since there may be thousands. */
interface FinishedItem<T> extends Given {
	given: T;
}

type Shared = Pick<JobContext, 'ports' | 'polling' | 'upload' | 'runAborted' | 'refusal'>;
type HandOut<T> = (report: JobReport, request: GenerationRequest, along: HandedAlong) => Promise<T>;

async function run<T>(
	request: GenerationRequest,
	shared: Shared,
	handOut: HandOut<T>,
): Promise<End<FinishedItem<T>>> {
	if (isRunAborted(shared)) return NOT_STARTED;
	const opened = openJobContext(request, shared);
	const { context } = opened;
	const given = new AbortController();
	try {
		const made = makeOne(context, async ({ report, video }) =>
			handOut(withNotes(report, request), request, { video, signal: given.signal }),
		);
		const end = await settle(untilOutputIsDue(made, context));
		if ('value' in end) return end;
		if (end.error instanceof RunAborted) return { skipped: end.error.message };
		if (isRunAborted(shared) && isNotStarted(end.error)) return NOT_STARTED;
		return { error: namingUnseen(end.error, request.unseenInputs) };
	} finally {
		// What is still being copied would go on for nobody.
		given.abort();
		opened.close();
	}
}

function withNotes(report: JobReport, { notes = [] }: GenerationRequest): JobReport {
	return notes.length === 0 ? report : { ...report, warnings: [...notes, ...report.warnings] };
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

async function makeOne<T>(
	context: JobContext,
	handOut: (result: JobResult) => Promise<T>,
): Promise<FinishedItem<T>> {
	const { video, ...result } = await generate(context);
	const given = await settle(handOut({ ...result, video }));
	if ('value' in given) {
		const { request } = context;
		return { ...result, isInline: video !== undefined, request, given: given.value };
	}
	const { error } = given;
	const facts = knownFacts(result.report);
	throw error instanceof WanAvatarError ? error.withDetails(facts) : error;
}

function isRunAborted({ runAborted }: Pick<JobContext, 'runAborted'>): boolean {
	return runAborted.aborted;
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
