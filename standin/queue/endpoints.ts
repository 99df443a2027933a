import { webhookBody } from './answers';
import { type JobRecord } from './jobs/job';
import { JobQueue } from './jobs/jobQueue';
import type { QueueApiOptions } from './queueApiOptions';
import type { KeyRights } from './keyRights';
import { QueueRoutes } from './routes';
import { Webhooks } from './webhooks';
import type { WorkerHandler } from './jobs/workerHandler';

const syncRetentionMs = 60_000;
// As seen of the real service: two more tries, about 5 and 15 seconds apart.
const webhookRetryDelaysMs = [5000, 15_000];

/** An endpoint beside the first; what is left out is as with the first. */
export interface EndpointOptions {
	handler: WorkerHandler;
	/** How long the API does not know it yet; default 0. */
	opensAfterMs?: number;
}

/** One endpoint that the queue API serves. */
export interface QueueEndpoint {
	readonly queue: JobQueue;
	/** Ends its jobs and workers; the API does not know it from then on. */
	remove(): Promise<void>;
}

interface Served {
	queue: JobQueue;
	routes: QueueRoutes;
	opensAt: number;
}

/** All endpoints of the account: the first one, and those that were added. */
export class Endpoints {
	readonly #options: QueueApiOptions;
	readonly #timeFactor: number;
	readonly #webhooks: Webhooks;
	readonly #added = new Map<string, Served>();
	/** Refuses everybody as one who asks for an endpoint that is not known. */
	readonly #nobody: QueueRoutes;
	#isPrimaryServed = true;
	/** Of the key of the account. */
	rights: KeyRights = {};
	readonly primary: Served;

	constructor(options: QueueApiOptions) {
		this.#options = options;
		this.#timeFactor = options.timeFactor ?? 1;
		this.#webhooks = new Webhooks(webhookRetryDelaysMs.map((ms) => ms * this.#timeFactor));
		this.primary = this.#serve(options.endpointId, options.handler, 0);
		this.#nobody = this.#routes('', this.primary.queue);
	}

	/** The first endpoint, as one of those that were added. */
	own(): QueueEndpoint {
		const { queue } = this.primary;
		return {
			queue,
			remove: async () => {
				this.#isPrimaryServed = false;
				await queue.close();
			},
		};
	}

	add(id: string, { handler, opensAfterMs = 0 }: EndpointOptions): QueueEndpoint {
		const served = this.#serve(id, handler, opensAfterMs);
		this.#added.set(id, served);
		const { queue } = served;
		return {
			queue,
			remove: async () => {
				this.#added.delete(id);
				await queue.close();
			},
		};
	}

	/** Who answers for this endpoint; also for one that is not known, or not yet. */
	routesFor(id: string | undefined): QueueRoutes {
		const added = id === undefined ? undefined : this.#added.get(id);
		if (added && added.opensAt <= Date.now()) return added.routes;
		return this.#isPrimaryServed ? this.primary.routes : this.#nobody;
	}

	jobs(): JobRecord[] {
		const all = [this.primary, ...this.#added.values()].flatMap(({ queue }) => queue.records());
		return all.sort((a, b) => a.submittedAt - b.submittedAt);
	}

	async close(): Promise<void> {
		this.#webhooks.close();
		const all = [this.primary, ...this.#added.values()];
		await Promise.all(all.map(({ queue }) => queue.close()));
	}

	#serve(endpointId: string, handler: WorkerHandler, opensAfterMs: number): Served {
		const queue = this.#createQueue(handler);
		const routes = this.#routes(endpointId, queue);
		return { queue, routes, opensAt: Date.now() + opensAfterMs };
	}

	#routes(endpointId: string, queue: JobQueue): QueueRoutes {
		const { apiKey, rateLimits = true } = this.#options;
		const rights = () => this.rights;
		return new QueueRoutes({ apiKey, endpointId, rateLimits, rights }, queue);
	}

	#createQueue(handler: WorkerHandler): JobQueue {
		const options = this.#options;
		const retentionMs = options.retentionMs ?? 30 * 60_000;
		return new JobQueue({
			handler,
			workersMax: options.workersMax ?? 1,
			coldStartMs: (options.coldStartMs ?? 0) * this.#timeFactor,
			runMs: (options.runMs ?? 0) * this.#timeFactor,
			idleTimeoutMs: (options.idleTimeoutMs ?? 60_000) * this.#timeFactor,
			retentionMs,
			syncRetentionMs: Math.min(retentionMs, syncRetentionMs),
			executionTimeoutMs: options.executionTimeoutMs ?? 600_000,
			onEnd: (job) => {
				if (job.webhook !== undefined) this.#webhooks.notify(job.webhook, webhookBody(job));
			},
		});
	}
}
