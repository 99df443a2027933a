import type { EndpointQueue } from '../../runpod/queue/endpointQueue';
import type { EndpointHealth } from '../../runpod/queue/health';
import type { ManagementClient } from '../../runpod/management/management';
import { warmNote } from './warmNote';
import { reportWorkers, type ReportedWorker, type WorkersReportPorts } from './workerReport';

/** One plain word for the state of an endpoint. */
export type HealthWord = 'ready' | 'cold' | 'throttled' | 'unhealthy' | 'paused' | 'unknown';

/** The state of an endpoint, as it is shown. */
export interface HealthReport {
	endpoint_id: string;
	name: string;
	health: HealthWord;
	/** What the word means here, in a sentence. */
	meaning: string;
	/** What is not wrong, but good to know. */
	notes: string[];
	workers: EndpointHealth['workers'] & { min: number | null; max: number | null };
	jobs: {
		in_queue: number;
		in_progress: number;
		completed: number;
		failed: number;
		retried: number;
	};
	/** Both only where the single workers were asked for. */
	cached_model: string | null;
	worker_details: ReportedWorker[] | null;
}

export interface HealthPorts {
	management: Pick<ManagementClient, 'getEndpoint'>;
	queue: Pick<EndpointQueue, 'health'>;
}

const NO_NEWS: EndpointHealth = {
	jobs: { completed: 0, failed: 0, inProgress: 0, inQueue: 0, retried: 0 },
	workers: { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 },
};

/** The same with the single workers, what they have of the model, and the logs of those that do not get ready. */
export async function getHealthOfWorkers(
	endpointId: string,
	ports: HealthPorts & WorkersReportPorts,
): Promise<HealthReport> {
	const report = await getHealth(endpointId, ports);
	const endpoint = await ports.management.getEndpoint(endpointId);
	const { notes, ...details } = await reportWorkers(endpoint, ports);
	return { ...report, ...details, notes: [...report.notes, ...notes] };
}

/** Asks both APIs: the queue knows workers and jobs, the management API how many workers may run. */
export async function getHealth(
	endpointId: string,
	{ management, queue }: HealthPorts,
): Promise<HealthReport> {
	const endpoint = await management.getEndpoint(endpointId);
	const news = await queue.health();
	const { jobs, workers } = news ?? NO_NEWS;
	const max = endpoint.workers?.max ?? null;
	const min = endpoint.workers?.min ?? null;
	const health = news || max === 0 ? wordFor(workers, max) : 'unknown';
	return {
		endpoint_id: endpoint.id,
		name: endpoint.name,
		health,
		meaning: meaningOf(health, workers),
		notes: notesOn(min),
		workers: { ...workers, min, max },
		jobs: {
			in_queue: jobs.inQueue,
			in_progress: jobs.inProgress,
			completed: jobs.completed,
			failed: jobs.failed,
			retried: jobs.retried,
		},
		cached_model: null,
		worker_details: null,
	};
}

/** The same report after min workers were changed. */
export function withMinWorkers(report: HealthReport, min: number): HealthReport {
	return { ...report, notes: notesOn(min), workers: { ...report.workers, min } };
}

function notesOn(min: number | null): string[] {
	const note = warmNote(min);
	return note === undefined ? [] : [note];
}

type Workers = EndpointHealth['workers'];

function wordFor(workers: Workers, max: number | null): HealthWord {
	if (workers.ready + workers.idle + workers.running > 0) return 'ready';
	if (max === 0) return 'paused';
	if (workers.unhealthy > 0) return 'unhealthy';
	return workers.throttled > 0 ? 'throttled' : 'cold';
}

function meaningOf(health: HealthWord, { initializing }: Workers): string {
	switch (health) {
		case 'ready':
			return 'A worker is up: a job starts at once, or after the one that runs.';
		case 'cold':
			return initializing > 0
				? 'A worker is starting: it downloads its image and models.'
				: 'No worker is up: the next job starts one, which takes a while.';
		case 'throttled':
			return 'RunPod has no free GPU of the chosen pools: add GPU pools or data centres, or wait.';
		case 'unhealthy':
			return 'The workers do not come up: look at their logs in the RunPod console. The image may fail at its start, or downloading the models takes longer than RUNPOD_INIT_TIMEOUT.';
		case 'paused':
			return 'At most 0 workers may run: set Max Workers to 1 or more.';
		case 'unknown':
			return 'The queue API does not know this endpoint. Just after it was made that passes within a minute; else check the address of the queue API (RUNPOD_QUEUE_BASE_URL, or the base URL in the RunPod API credential).';
	}
}
