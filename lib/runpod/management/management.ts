import * as z from 'zod/v4';
import { LIMITS } from '../../base/async/timeLimits';
import { readRecord } from '../http/answer';
import type { CallPorts } from '../http/stoppableCall';
import {
	changeUnknown,
	listTooLong,
	managementRefusal,
	managementUnreadable,
	saidBy,
} from './managementFaults';
import {
	endpoint,
	registryAuth,
	template,
	type Endpoint,
	type EndpointBody,
	type EndpointChange,
	type RegistryAuth,
	type RegistryAuthBody,
	type Template,
	type TemplateBody,
} from './managementRecords';
import {
	ask,
	askedOf,
	isOk,
	planOf,
	readItem,
	send,
	type Channel,
	type ManagementSettings,
} from './managementRequests';
import { createModelClient, type ModelClient } from './modelClient';
import { createWorkerClient, type WorkerClient } from './workerClient';

/** What became of something that was to be deleted. */
export type Deletion = { tag: 'deleted' } | { tag: 'gone' } | { tag: 'inUse'; reason: string };

/** RunPod's management API, REST v2, and GraphQL for what that has no field for. A creation is sent once; all else may be repeated safely, and is. */
export interface ManagementClient {
	listRegistryAuths: () => Promise<RegistryAuth[]>;
	createRegistryAuth: (body: RegistryAuthBody) => Promise<RegistryAuth>;
	deleteRegistryAuth: (auth: Named) => Promise<Deletion>;
	listTemplates: () => Promise<Template[]>;
	getTemplate: (id: string) => Promise<Template>;
	createTemplate: (body: TemplateBody) => Promise<Template>;
	updateTemplate: (target: Named, change: Partial<TemplateBody>) => Promise<Template>;
	deleteTemplate: (target: Named) => Promise<Deletion>;
	listEndpoints: () => Promise<Endpoint[]>;
	getEndpoint: (id: string) => Promise<Endpoint>;
	createEndpoint: (body: EndpointBody) => Promise<Endpoint>;
	updateEndpoint: (target: Named, change: EndpointChange) => Promise<Endpoint>;
	deleteEndpoint: (target: Named) => Promise<Deletion>;
	/** Whatever one answer holds whole; `what` goes on from "could not". */
	read: <T>(path: string, what: string, answer: z.ZodType<T>) => Promise<T>;
	models: ModelClient;
	workers: WorkerClient;
}

interface Named {
	id: string;
	name: string;
}

export function createManagementClient(
	settings: ManagementSettings,
	ports: CallPorts,
): ManagementClient {
	const channel = { settings, ports };
	const list = async <T>(path: string, field: string, what: string, item: z.ZodType<T>) =>
		await listAll(channel, { path, field, what, item });
	const write = async <T>(
		method: 'POST' | 'PATCH',
		path: string,
		what: string,
		body: object,
		item: z.ZodType<T>,
	): Promise<T> => {
		const idempotency = method === 'POST' ? 'once' : 'idempotent';
		const plan = planOf(settings, method, path, body);
		const asked = askedOf(channel, what, body);
		const answer = await ask(channel, plan, asked, idempotency);
		const { success, data } = item.safeParse(readRecord(answer.text));
		if (!success) throw changeUnknown('it cannot be read', asked);
		return data;
	};
	const get = async <T>(path: string, what: string, item: z.ZodType<T>): Promise<T> => {
		const asked = askedOf(channel, what);
		return readItem(
			await ask(channel, planOf(settings, 'GET', path), asked, 'idempotent'),
			item,
			asked,
		);
	};
	const remove = async (path: string, what: string): Promise<Deletion> =>
		await deleteOne(channel, path, what);
	return {
		listRegistryAuths: async () =>
			await list('registries', 'registries', 'list the registry auths', registryAuth),
		createRegistryAuth: async (body) =>
			await write(
				'POST',
				'registries',
				`create the registry auth ${body.name}`,
				body,
				registryAuth,
			),
		deleteRegistryAuth: async ({ id, name }) =>
			await remove(`registries/${id}`, `delete the registry auth ${name} (${id})`),
		listTemplates: async () => await list('templates', 'templates', 'list the templates', template),
		getTemplate: async (id) =>
			await get(`templates/${encodeURIComponent(id)}`, `show the template ${id}`, template),
		createTemplate: async (body) =>
			await write('POST', 'templates', `create the template ${body.name}`, body, template),
		updateTemplate: async ({ id, name }, change) =>
			await write(
				'PATCH',
				`templates/${id}`,
				`update the template ${name} (${id})`,
				change,
				template,
			),
		deleteTemplate: async ({ id, name }) =>
			await remove(`templates/${id}`, `delete the template ${name} (${id})`),
		listEndpoints: async () =>
			await list('serverless', 'endpoints', 'list the endpoints', endpoint),
		getEndpoint: async (id) =>
			await get(`serverless/${encodeURIComponent(id)}`, `show the endpoint ${id}`, endpoint),
		createEndpoint: async (body) =>
			await write('POST', 'serverless', `create the endpoint ${body.name}`, body, endpoint),
		updateEndpoint: async ({ id, name }, change) =>
			await write(
				'PATCH',
				`serverless/${id}`,
				`update the endpoint ${name} (${id})`,
				change,
				endpoint,
			),
		deleteEndpoint: async ({ id, name }) =>
			await remove(`serverless/${id}`, `delete the endpoint ${name} (${id})`),
		read: get,
		models: createModelClient(channel),
		workers: createWorkerClient(channel),
	};
}

interface Listing<T> {
	path: string;
	/** Where the answer holds the items. */
	field: string;
	what: string;
	item: z.ZodType<T>;
}

const paged = z.object({
	pagination: z.object({ hasNextPage: z.boolean(), nextCursor: z.string().nullish() }).nullish(),
});

const MAX_PAGES = 200;
const LIST_MS = 3 * LIMITS.callMs;

/** All pages of a list: one that is cut short would make doubles of what stands on the rest. */
async function listAll<T>(channel: Channel, { path, field, what, item }: Listing<T>): Promise<T[]> {
	const { clock } = channel.ports;
	const startedAtMs = clock.monotonic();
	const asked = askedOf(channel, what);
	const found: T[] = [];
	const seen = new Set<string>();
	for (let query = ''; ;) {
		if (clock.monotonic() - startedAtMs > LIST_MS) throw listTooLong('it takes too long', asked);
		const plan = planOf(channel.settings, 'GET', `${path}${query}`);
		const answer = await ask(channel, plan, asked, 'idempotent');
		const page = readRecord(answer.text);
		const parsed = z.array(item).safeParse(page?.[field]);
		const next = paged.safeParse(page);
		if (!parsed.success || !next.success) throw managementUnreadable(answer, asked);
		found.push(...parsed.data);
		if (!next.data.pagination?.hasNextPage) return found;
		const { nextCursor } = next.data.pagination;
		if (!nextCursor || seen.has(nextCursor)) throw managementUnreadable(answer, asked);
		seen.add(nextCursor);
		if (seen.size >= MAX_PAGES)
			throw listTooLong(`it has more than ${String(MAX_PAGES)} pages`, asked);
		query = `?cursor=${encodeURIComponent(nextCursor)}`;
	}
}

async function deleteOne(channel: Channel, path: string, what: string): Promise<Deletion> {
	const plan = planOf(channel.settings, 'DELETE', path);
	const asked = askedOf(channel, what);
	const answer = await send(channel, plan, asked, 'idempotent');
	// RunPod answers 400 for what others still use.
	if (answer.status === 400) return { tag: 'inUse', reason: saidBy(answer, asked) };
	if (answer.status === 404) return { tag: 'gone' };
	if (!isOk(answer)) throw managementRefusal(answer, asked);
	return { tag: 'deleted' };
}
