import { listGpuTypes } from '../costs/gpuCatalog';
import { listServerlessBilling, type BilledEndpoint } from '../costs/serverlessBilling';
import type { Answer } from '../queue/answers';
import { newEndpoint, patchedEndpoint } from './endpointConfig';
import { json, noContent, refuse } from './problems';
import {
	type Body,
	type RegistryRecord,
	registryRecord,
	type TemplateRecord,
	templateRecord,
} from './records';
import { RunningEndpoint, type RunningOptions } from './runningEndpoint';
import { recordOf } from './schema';
import { logStream, STARTING, type LogLine } from './workerLogs';

export interface AccountOptions extends RunningOptions {
	/** The endpoint that the queue API serves from the start, as a request would have made it. */
	own: Body | undefined;
	/** Lists come in pages of so many; without it whole. */
	pageSize: number | undefined;
	/** Whether a template stays bound to the endpoint that was made from it, and goes with it. */
	bindsTemplates: boolean;
	/** Whether a registry credential that an endpoint pulls with cannot be deleted. */
	keepsUsedRegistries: boolean;
}

/** What one account has, and what requests do to it. */
export class Account {
	/** What every worker has written. */
	logLines: readonly LogLine[] = STARTING;
	readonly #options: AccountOptions;
	readonly #registries = new Map<string, RegistryRecord>();
	readonly #templates = new Map<string, TemplateRecord>();
	readonly #endpoints = new Map<string, RunningEndpoint>();
	/** Of endpoints that are deleted. */
	readonly #billedBefore: BilledEndpoint[] = [];

	constructor(options: AccountOptions) {
		this.#options = options;
		const { own, queue } = options;
		if (!own) return;
		const record = newEndpoint(own, undefined, queue.baseUrl, queue.endpointId);
		this.#endpoints.set(record.id, new RunningEndpoint(record, undefined, options, queue.own()));
	}

	listRegistries(query: URLSearchParams): Answer {
		return this.#list('registries', [...this.#registries.values()].map(withoutSecrets), query);
	}

	createRegistry(body: Body): Answer {
		refuseTakenName('registry credential', body, [...this.#registries.values()]);
		const registry = registryRecord(body);
		this.#registries.set(registry.id, registry);
		return json(201, withoutSecrets(registry));
	}

	getRegistry(id: string): Answer {
		return json(200, withoutSecrets(found(this.#registries, id)));
	}

	deleteRegistry(id: string): Answer {
		found(this.#registries, id);
		const isUsed = [...this.#endpoints.values()].some(({ record }) => record.registry === id);
		if (this.#options.keepsUsedRegistries && isUsed)
			refuse(400, 'Registry credential is in use by a pod and cannot be deleted');
		this.#registries.delete(id);
		// Templates silently lose the reference.
		for (const template of this.#templates.values())
			if (template.registry === id) template.registry = null;
		return noContent;
	}

	listTemplates(query: URLSearchParams): Answer {
		return this.#list('templates', [...this.#templates.values()], query);
	}

	createTemplate(body: Body): Answer {
		refuseTakenName('template', body, [...this.#templates.values()]);
		// The file has no 404 here.
		this.#checkRegistry(body, 400);
		const template = templateRecord(body);
		this.#templates.set(template.id, template);
		return json(201, template);
	}

	getTemplate(id: string): Answer {
		return json(200, found(this.#templates, id));
	}

	updateTemplate(id: string, body: Body): Answer {
		const template = found(this.#templates, id);
		const others = [...this.#templates.values()].filter((other) => other !== template);
		refuseTakenName('template', body, others);
		this.#checkRegistry(body);
		// An empty mounts leaves the mount as it is.
		const mounts = { ...recordOf(template.mounts), ...recordOf(body.mounts) };
		const updated = { ...template, ...body, mounts };
		this.#templates.set(id, updated);
		return json(200, updated);
	}

	deleteTemplate(id: string): Answer {
		found(this.#templates, id);
		const isBound = [...this.#endpoints.values()].some(({ templateId }) => templateId === id);
		if (this.#options.bindsTemplates && isBound)
			refuse(400, 'template is in use by a serverless endpoint');
		this.#templates.delete(id);
		return noContent;
	}

	listEndpoints(query: URLSearchParams): Answer {
		const records = [...this.#endpoints.values()].map(({ record }) => record);
		return this.#list('endpoints', records, query);
	}

	createEndpoint(body: Body): Answer {
		const template = this.#templateOf(body);
		this.#checkRegistry(body);
		const record = newEndpoint(body, template, this.#options.queue.baseUrl);
		const endpoint = new RunningEndpoint(record, template?.id, this.#options);
		this.#endpoints.set(record.id, endpoint);
		return json(201, record);
	}

	getEndpoint(id: string): Answer {
		return json(200, found(this.#endpoints, id).record);
	}

	updateEndpoint(id: string, body: Body): Answer {
		const endpoint = found(this.#endpoints, id);
		const template = this.#templateOf(body);
		this.#checkRegistry(body);
		endpoint.change(patchedEndpoint(endpoint.record, body, template));
		return json(200, endpoint.record);
	}

	async deleteEndpoint(id: string): Promise<Answer> {
		const endpoint = found(this.#endpoints, id);
		this.#endpoints.delete(id);
		this.#billedBefore.push(endpoint.billed());
		if (this.#options.bindsTemplates) this.#templates.delete(endpoint.templateId ?? '');
		await endpoint.remove();
		return noContent;
	}

	listEndpointWorkers(id: string): Answer {
		return json(200, found(this.#endpoints, id).listWorkers());
	}

	listGpuTypes(): Answer {
		return json(200, listGpuTypes());
	}

	listServerlessBilling(query: URLSearchParams): Answer {
		const billed = [...this.#endpoints.values()].map((endpoint) => endpoint.billed());
		return json(200, listServerlessBilling([...this.#billedBefore, ...billed], query));
	}

	getWorkerLogs(id: string, workerId: string, query: URLSearchParams): Answer {
		const isThere = found(this.#endpoints, id)
			.workerStates()
			.some((worker) => worker.id === workerId);
		return isThere ? logStream(this.logLines, query) : refuse(404, 'worker not found');
	}

	/** All endpoints, with the one of the start. */
	running(): RunningEndpoint[] {
		return [...this.#endpoints.values()];
	}

	/** Everything that requests have made, with the secrets, for tests. */
	contents(): AccountContents {
		return {
			registries: [...this.#registries.values()],
			templates: [...this.#templates.values()],
			endpoints: [...this.#endpoints.values()]
				.map(({ record }) => record)
				.filter(({ id }) => id !== this.#options.queue.endpointId),
		};
	}

	#templateOf({ templateId }: Body): TemplateRecord | undefined {
		if (typeof templateId !== 'string') return undefined;
		const template = found(this.#templates, templateId, 'template not found');
		if (template.serverless !== true)
			refuse(422, 'Request validation failed.', ['$.templateId: is not a serverless template']);
		return template;
	}

	#checkRegistry({ registry }: Body, status = 404): void {
		if (typeof registry === 'string' && !this.#registries.has(registry))
			refuse(status, 'registry credential not found');
	}

	#list(name: string, records: readonly object[], query: URLSearchParams): Answer {
		const { pageSize } = this.#options;
		// The newest first.
		const all = [...records].reverse();
		if (pageSize === undefined) return json(200, { [name]: all });
		const start = Number(query.get('cursor') ?? 0);
		const end = start + pageSize;
		const hasNextPage = end < all.length;
		const pagination = { hasNextPage, nextCursor: hasNextPage ? String(end) : null };
		return json(200, { [name]: all.slice(start, end), pagination });
	}
}

export interface AccountContents {
	registries: readonly RegistryRecord[];
	templates: readonly TemplateRecord[];
	endpoints: readonly RunningEndpoint['record'][];
}

function withoutSecrets({ id, name }: RegistryRecord): object {
	return { id, name };
}

function found<T>(records: ReadonlyMap<string, T>, id: string, detail = 'resource not found'): T {
	return records.get(id) ?? refuse(404, detail);
}

function refuseTakenName(kind: string, { name }: Body, records: readonly { name: string }[]): void {
	if (records.some((record) => record.name === name))
		refuse(400, `a ${kind} with this name already exists`);
}
