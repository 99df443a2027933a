import { waitUnlessAborted, WaitEnded } from '../../base/async/abort';
import type { Clock } from '../../base/async/clock';
import { mapConcurrently } from '../../base/async/concurrency';
import { LIMITS } from '../../base/async/timeLimits';
import { WanAvatarError } from '../../base/errors/errors';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint } from '../../runpod/management/managementRecords';
import type { WorkerModel } from '../../runpod/management/modelClient';
import type { EndpointWorker } from '../../runpod/management/workerClient';

/** A cached model on the host of a worker. */
export interface ReportedModel {
	/** The commit of it. */
	commit: string | null;
	/** Such as `assigned`, `deployed` or `failed`. */
	status: string;
	/** Where it failed, such as `download_failed`. */
	failure_phase: string | null;
	failure_reason: string | null;
	mount_path: string | null;
}

/** One worker, as it is shown. */
export interface ReportedWorker {
	id: string;
	/** Such as `running`, `idle`, `initializing`, `throttled` or `unhealthy`. */
	status: string;
	gpu_type: string | null;
	/** It still runs what the endpoint was before its last change. */
	is_stale: boolean | null;
	/** Nothing where the endpoint has none, or it is not known. */
	models: ReportedModel[] | null;
	/** Of one that does not get ready, the last lines of its log, where they could be read. */
	last_log_lines: string[] | null;
}

export interface WorkersReport {
	/** The model of the endpoint; nothing where it has none, or it is not known. */
	cached_model: string | null;
	/** Nothing where they could not be read. */
	worker_details: ReportedWorker[] | null;
	notes: string[];
}

export interface WorkersReportPorts {
	management: Pick<ManagementClient, 'models' | 'workers'>;
	clock: Pick<Clock, 'timeout'>;
	signal?: AbortSignal | undefined;
}

const MOST_WORKERS = 20;
const MOST_LOGS = 3;
const AT_ONCE = 4;

/**
 * Asks for the single workers of an endpoint, in a bounded time. What may not be asked or gets no answer is not known, and
 * the rest is told.
 * @throws WanAvatarError STOPPED
 */
export async function reportWorkers(
	endpoint: Endpoint,
	{ management, clock, signal }: WorkersReportPorts,
): Promise<WorkersReport> {
	const over = clock.timeout(LIMITS.workersMs);
	const known = async <T>(work: Promise<T>): Promise<Known<T>> => await outcome(work, over, signal);
	const [models, listed] = await Promise.all([
		known(management.models.read(endpoint)),
		known(management.workers.list(endpoint)),
	]);
	const references = 'value' in models ? models.value.modelReferences : [];
	const logged = new Set<EndpointWorker>(
		('value' in listed ? listed.value : []).filter(isStuck).slice(0, MOST_LOGS),
	);
	const reportOf = async (worker: EndpointWorker): Promise<ReportedWorker> => {
		const [found, lines] = await Promise.all([
			references.length > 0 ? known(management.models.ofWorker(worker.id)) : undefined,
			logged.has(worker) ? known(management.workers.lastLines(endpoint, worker.id)) : undefined,
		]);
		return reported(worker, valueOf(found), valueOf(lines));
	};
	const workers =
		'value' in listed
			? await mapConcurrently(listed.value.slice(0, MOST_WORKERS), AT_ONCE, reportOf)
			: null;
	return {
		cached_model: references.join(', ') || null,
		worker_details: workers,
		notes: [
			...unknownNote('which model the endpoint has', models),
			...unknownNote('how the single workers are', listed),
			...failureNotes(workers ?? []),
		],
	};
}

type Known<T> = { value: T } | { why: string };

async function outcome<T>(
	work: Promise<T>,
	over: AbortSignal,
	signal: AbortSignal | undefined,
): Promise<Known<T>> {
	try {
		return { value: await waitUnlessAborted(work, over) };
	} catch (error) {
		if (signal?.aborted) throw error;
		if (error instanceof WaitEnded) return { why: 'RunPod did not tell in time' };
		if (error instanceof WanAvatarError) return { why: error.message };
		throw error;
	}
}

function valueOf<T>(known: Known<T> | undefined): T | undefined {
	return known && 'value' in known ? known.value : undefined;
}

/** It has a container, and takes no jobs. */
function isStuck({ status }: EndpointWorker): boolean {
	return status === 'INITIALIZING' || status === 'UNHEALTHY';
}

function reported(
	{ id, status, gpuTypeId, isStale }: EndpointWorker,
	models: readonly WorkerModel[] | undefined,
	lines: string[] | undefined,
): ReportedWorker {
	return {
		id,
		status: status?.toLowerCase() ?? 'unknown',
		gpu_type: gpuTypeId ?? null,
		is_stale: isStale ?? null,
		models: models?.map(reportedModel) ?? null,
		last_log_lines: lines ?? null,
	};
}

function reportedModel(model: WorkerModel): ReportedModel {
	return {
		commit: model.modelVersionHash ?? null,
		status: model.machineAssignmentStatus?.toLowerCase() ?? 'unknown',
		failure_phase: model.failurePhase ?? null,
		failure_reason: model.failureReason ?? null,
		mount_path: model.mountPath ?? null,
	};
}

function unknownNote(what: string, known: Known<unknown>): string[] {
	return 'why' in known ? [`It is not known ${what}: ${known.why}.`] : [];
}

function failureNotes(workers: readonly ReportedWorker[]): string[] {
	return workers.flatMap(({ id, models }) =>
		(models ?? [])
			.filter(({ status }) => status === 'failed')
			.map(
				({ failure_phase, failure_reason }) =>
					`The host of the worker ${id} has not got the model: ${[failure_phase, failure_reason].filter(Boolean).join(', ') || 'RunPod does not say why'}.`,
			),
	);
}
