import type { ManagementFault } from '../management/managementApi';
import type { ObjectStoreFault } from '../objectStore/objectStore';
import type { CancelHabits, HttpFault, JobOutcome, Route } from '../queue/queueApi';
import { isKnownRoute } from '../queue/target';
import type { StandIn } from '../standin';
import type { Often, WireFault } from '../wire/wireFault';
import { Fields, FaultsFileError } from './fields';
import { readManagementPath, readPattern } from './patterns';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What is to go wrong. */
export interface Rehearsal {
	queue: readonly HttpFault[];
	management: readonly ManagementFault[];
	storage: readonly ObjectStoreFault[];
	jobs: readonly JobOutcome[];
	cancels: CancelHabits;
}

/** Reads a file of faults; throws a FaultsFileError that names the place. */
export function readFaults(text: string): Rehearsal {
	const fields = new Fields(parseJson(text), 'The file');
	const queue = fields.list('queue').map(({ value, place }) => readQueueFault(value, place));
	const management = fields
		.list('management')
		.map(({ value, place }) => readManagementFault(value, place));
	const storage = fields.list('storage').map(({ value, place }) => readStorageFault(value, place));
	const jobs = fields.list('jobs').map(({ value, place }) => readOutcome(value, place));
	const cancels = readCancels(fields.any('cancels'));
	fields.end();
	return { queue, management, storage, jobs, cancels };
}

/** Plants them all. */
export function rehearse({ queue, management, storage }: StandIn, faults: Rehearsal): void {
	for (const fault of faults.queue) queue.fault(fault);
	for (const fault of faults.management) management.fault(fault);
	for (const fault of faults.storage) storage.fault(fault);
	for (const outcome of faults.jobs) queue.script(outcome);
	queue.setCancels(faults.cancels);
}

function parseJson(text: string): unknown {
	try {
		// Editors on Windows put a mark of the encoding before the text.
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch {
		throw new FaultsFileError('The file is not JSON');
	}
}

function readQueueFault(value: unknown, place: string): HttpFault {
	const fields = new Fields(value, place);
	const route = readRoute(fields);
	const fault = readHttpFault(fields);
	fields.end();
	return { ...fault, ...(route !== undefined && { route }) };
}

function readRoute(fields: Fields): Route | undefined {
	const route = fields.text('route');
	if (route === undefined || isKnownRoute(route)) return route;
	return fields.refuse('route', 'is none of the queue API');
}

function readManagementFault(value: unknown, place: string): ManagementFault {
	const fields = new Fields(value, place);
	const method = readMethod(fields);
	const path = readManagementPath(fields);
	const fault = readHttpFault(fields);
	fields.end();
	return {
		...fault,
		...(method !== undefined && { method }),
		...(path !== undefined && { path }),
	};
}

/** What both APIs of RunPod play, and how often. */
function readHttpFault(fields: Fields): HttpFault<never> {
	const accept = fields.flag('accept');
	const often = { ...readOften(fields), ...(accept !== undefined && { accept }) };
	const kind = fields.text('kind');
	return {
		...often,
		...(kind === 'cut' || kind === 'answer' ? readAnswer(fields, kind) : readWire(fields, kind)),
	};
}

function readAnswer(
	fields: Fields,
	kind: 'cut' | 'answer',
): { kind: 'cut' } | { kind: 'answer'; status: number; body?: string } {
	if (kind === 'cut') return { kind };
	const body = fields.text('body');
	return { kind, status: readStatus(fields), ...(body !== undefined && { body }) };
}

function readStorageFault(value: unknown, place: string): ObjectStoreFault {
	const fields = new Fields(value, place);
	const method = readMethod(fields);
	const key = readPattern(fields, 'key');
	const match = {
		...readOften(fields),
		...(method !== undefined && { method }),
		...(key !== undefined && { key }),
	};
	const fault = readStorageKind(fields);
	fields.end();
	return { ...match, ...fault };
}

function readStorageKind(fields: Fields): ObjectStoreFault {
	const kind = fields.text('kind');
	if (kind === 'cut') return { cut: true };
	if (kind === 'late') return { delayMs: fields.needed('delayMs', fields.timeMs('delayMs')) };
	if (kind !== 'answer') return readWire(fields, kind);
	const code = fields.text('code');
	return { status: readStatus(fields), ...(code !== undefined && { code }) };
}

function readWire(fields: Fields, kind: string | undefined): WireFault {
	switch (kind) {
		case 'silent':
		case 'cutMidBody':
		case 'large':
		case 'html':
			return { kind };
		case 'drip':
			return { kind, everyMs: fields.timeMs('everyMs') ?? 1000 };
		default:
			return fields.refuse(
				'kind',
				kind === undefined ? 'is missing' : `"${kind}" is not known here`,
			);
	}
}

function readOutcome(value: unknown, place: string): JobOutcome {
	const fields = new Fields(value, place);
	const avatarId = fields.text('avatarId');
	const when = avatarId !== undefined && {
		when: (input: Readonly<Record<string, unknown>>) => input.avatar_id === avatarId,
	};
	const times = readTimes(fields);
	const outcome = readEnd(fields, times);
	fields.end();
	return { ...when, ...outcome };
}

function readEnd(fields: Fields, times: number | undefined): JobOutcome {
	const often = times !== undefined && { times };
	const kind = fields.text('kind');
	switch (kind) {
		case 'failed':
			return { ...often, kind, error: fields.needed('error', fields.text('error')) };
		case 'restarts':
			return { kind, times: fields.needed('times', times) };
		case 'lateProgress': {
			const afterMs = fields.needed('afterMs', fields.timeMs('afterMs'));
			return { ...often, kind, afterMs, progress: { progress: '9/10' } };
		}
		case 'timedOut':
		case 'executionTimeout':
		case 'cancelled':
		case 'lost':
		case 'completedWithoutOutput':
		case 'never':
			return { ...often, kind };
		default:
			return fields.refuse(
				'kind',
				kind === undefined ? 'is missing' : `"${kind}" is not known here`,
			);
	}
}

function readCancels(value: unknown = {}): CancelHabits {
	const fields = new Fields(value, 'cancels');
	const endsCompleted = fields.flag('endsCompleted') ?? false;
	const uploadsLateMs = fields.timeMs('uploadsLateMs');
	fields.end();
	return { endsCompleted, uploadsLateMs };
}

function readOften(fields: Fields): Often {
	const always = fields.flag('always') ?? false;
	const times = readTimes(fields);
	if (always && times !== undefined)
		fields.refuse('times', 'says how often, and always without end: choose one');
	return { times: always ? Infinity : (times ?? 1), after: fields.number('after') ?? 0 };
}

function readTimes(fields: Fields): number | undefined {
	const times = fields.number('times');
	return times === 0 ? fields.refuse('times', 'must be at least 1') : times;
}

function readStatus(fields: Fields): number {
	const status = fields.needed('status', fields.number('status'));
	return status >= 200 && status <= 599 ? status : fields.refuse('status', 'must be 200 to 599');
}

/** The name of a method is compared as it stands, so that `get` would never be met. */
function readMethod(fields: Fields): string | undefined {
	const method = fields.text('method');
	if (method === undefined || METHODS.includes(method)) return method;
	return fields.refuse('method', `must be one of ${METHODS.join(', ')}`);
}
