import { gpuTypesIn } from '../costs/gpuCatalog';
import type { BilledEndpoint } from '../costs/serverlessBilling';
import type { QueueApi, QueueEndpoint } from '../queue/queueApi';
import type { WorkerHandler } from '../queue/jobs/workerHandler';
import type { WorkerRecord } from '../queue/jobs/workerPool';
import { type EndpointRecord, isNewRelease } from './endpointConfig';
import { isObject, recordOf } from './schema';

/** The container that a worker runs. */
export interface Container {
	image: string;
	env: Readonly<Record<string, string>>;
}

/** What a worker of this container does with a job. */
export type HandlerFor = (container: Container) => WorkerHandler;

export interface RunningOptions {
	queue: QueueApi;
	handlerFor: HandlerFor;
	/** How long the queue API does not know a new endpoint. */
	opensAfterMs: number;
	/** Multiplies the endpoint's idle timeout. */
	timeFactor: number;
}

const STATUSES = {
	initializing: 'INITIALIZING',
	idle: 'IDLE',
	running: 'RUNNING',
	throttled: 'THROTTLED',
	unhealthy: 'UNHEALTHY',
} as const;

/** An endpoint with the workers that the queue API runs for it. */
export class RunningEndpoint {
	readonly #options: RunningOptions;
	readonly #served: QueueEndpoint;
	#record: EndpointRecord;
	/** The template it was made from. */
	readonly templateId: string | undefined;

	/** `own`: the one that the queue API serves already. */
	constructor(
		record: EndpointRecord,
		templateId: string | undefined,
		options: RunningOptions,
		own?: QueueEndpoint,
	) {
		this.#options = options;
		this.#record = record;
		this.templateId = templateId;
		this.#served = own ?? this.#serve(record.id);
		if (!own) this.#configure();
		this.#place();
	}

	/** As the queue API has it at this moment. */
	get record(): EndpointRecord {
		const { workers } = this.#record;
		return {
			...this.#record,
			workers: { ...workers, ...this.#served.queue.workerLimits },
		};
	}

	change(record: EndpointRecord): void {
		const rolls = isNewRelease(this.#record, record);
		this.#record = record;
		if (rolls) this.#served.queue.recycleWorkers();
		this.#configure();
		this.#place();
	}

	/** What its workers have done, for its bill. */
	billed(): BilledEndpoint {
		const spans = this.#served.queue.workers().spans;
		return { id: this.#record.id, gpuCount: this.#gpuCount, spans };
	}

	async remove(): Promise<void> {
		await this.#served.remove();
	}

	workerStates(): readonly WorkerRecord[] {
		return this.#served.queue.workers().list;
	}

	/** The answer of `GET /v2/serverless/{id}/workers`. */
	listWorkers(): Record<string, unknown> {
		const { list, currentRelease } = this.#served.queue.workers();
		const count = (state: string) => list.filter((worker) => worker.state === state).length;
		return {
			endpointVersion: currentRelease,
			summary: {
				running: count('running'),
				idle: count('idle'),
				initializing: count('initializing'),
				throttled: count('throttled'),
				unhealthy: count('unhealthy'),
				total: list.length,
			},
			workers: list.map(({ id, state, gpuType, release, startedAt }) => ({
				id,
				status: STATUSES[state],
				isStale: release !== currentRelease,
				version: release,
				gpuCount: this.#gpuCount,
				gpuTypeId: gpuType,
				image: this.record.image,
				uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
				startedAt: new Date(startedAt).toISOString(),
			})),
		};
	}

	get #gpuCount(): number {
		return Number(recordOf(this.#record.gpu).count ?? 1);
	}

	/** Workers that start from now on get GPUs of its pools. */
	#place(): void {
		const { pools, excludedTypes } = recordOf(this.#record.gpu);
		const gpuTypes = gpuTypesIn(textsOf(pools), textsOf(excludedTypes));
		this.#served.queue.setWorkers({ gpuTypes });
	}

	#serve(id: string): QueueEndpoint {
		const { queue, handlerFor, opensAfterMs } = this.#options;
		return queue.addEndpoint(id, {
			handler: async (job) => {
				const { image, env } = this.#record;
				return reportContainer(await handlerFor({ image, env })(job), { image, env });
			},
			opensAfterMs,
		});
	}

	#configure(): void {
		const { queue } = this.#served;
		const { workers, timeout } = this.#record;
		const { idleTimeout = 10, min, max } = workers;
		queue.setExecutionTimeout(timeout);
		queue.setWorkers({ min, max, idleTimeoutMs: idleTimeout * 1000 * this.#options.timeFactor });
	}
}

function textsOf(value: unknown): string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

const SECRET_NAME = /KEY|SECRET|PASSWORD|TOKEN/;

/** Shows which container did the job; values that are secrets are not shown. */
function reportContainer(output: unknown, { image, env }: Container): unknown {
	if (!isObject(output)) return output;
	const shown: Record<string, string> = {};
	for (const [name, value] of Object.entries(env))
		shown[name] = SECRET_NAME.test(name) ? '•••' : value;
	return { ...output, worker_image: image, worker_env: shown };
}
