import * as z from 'zod/v4';
import type { Clock } from '../contract/clock';
import { assertDomainAllowed } from './allowedDomains';
import { readRecord } from './answer';
import type { HttpAnswer, HttpRequest, Send } from './http';
import {
	changeUnknown,
	stoppedBefore,
	managementRefusal,
	managementUnreachable,
	managementUnreadable,
	saidBy,
	type Asked,
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
import { withRetries, type Safety } from './retry';
import type { RunPodSettings } from './settings';

export interface ManagementPorts {
	send: Send;
	clock: Clock;
	random: () => number;
	/** Aborted when the user stops; what is under way is finished, nothing more is started. */
	signal?: AbortSignal | undefined;
}

export type ManagementSettings = Pick<
	RunPodSettings,
	'apiKey' | 'managementBaseUrl' | 'allowedDomains'
> & {
	/** Values that must not be shown, also where RunPod says them back. */
	secrets: readonly string[];
};

/** What became of something that was to be deleted. */
export type Deletion = { tag: 'deleted' } | { tag: 'gone' } | { tag: 'inUse'; reason: string };

/** RunPod's management API, REST v2. A creation is sent once; all else may be repeated safely, and is. */
export interface ManagementClient {
	listRegistryAuths: () => Promise<RegistryAuth[]>;
	createRegistryAuth: (body: RegistryAuthBody) => Promise<RegistryAuth>;
	deleteRegistryAuth: (auth: Named) => Promise<Deletion>;
	listTemplates: () => Promise<Template[]>;
	createTemplate: (body: TemplateBody) => Promise<Template>;
	updateTemplate: (target: Named, change: Partial<TemplateBody>) => Promise<Template>;
	deleteTemplate: (target: Named) => Promise<Deletion>;
	listEndpoints: () => Promise<Endpoint[]>;
	getEndpoint: (id: string) => Promise<Endpoint>;
	createEndpoint: (body: EndpointBody) => Promise<Endpoint>;
	updateEndpoint: (target: Named, change: EndpointChange) => Promise<Endpoint>;
	deleteEndpoint: (target: Named) => Promise<Deletion>;
}

interface Named {
	id: string;
	name: string;
}

const MAX_TRIES = 5;

export function createManagementClient(
	settings: ManagementSettings,
	ports: ManagementPorts,
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
		const safety = method === 'POST' ? 'submit' : 'read';
		const plan = planOf(settings, method, path, body);
		const answer = await ask(channel, plan, what, safety);
		const { success, data } = item.safeParse(readRecord(answer.text));
		if (!success) throw changeUnknown('it cannot be read', askedOf(channel, what));
		return data;
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
		getEndpoint: async (id) => {
			const what = `show the endpoint ${id}`;
			const plan = planOf(settings, 'GET', `serverless/${encodeURIComponent(id)}`);
			return readItem(await ask(channel, plan, what, 'read'), endpoint, askedOf(channel, what));
		},
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
	};
}

interface Channel {
	settings: ManagementSettings;
	ports: ManagementPorts;
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

/** All pages of a list: one that is cut short would make doubles of what stands on the rest. */
async function listAll<T>(channel: Channel, { path, field, what, item }: Listing<T>): Promise<T[]> {
	const page = z.record(z.string(), z.unknown());
	const found: T[] = [];
	const seen = new Set<string>();
	for (let query = ''; ;) {
		const plan = planOf(channel.settings, 'GET', `${path}${query}`);
		const answer = await ask(channel, plan, what, 'read');
		const asked = askedOf(channel, what);
		const { [field]: items, ...rest } = readItem(answer, page, asked);
		const parsed = z.array(item).safeParse(items);
		const next = paged.safeParse(rest);
		if (!parsed.success || !next.success) throw managementUnreadable(answer, asked);
		found.push(...parsed.data);
		if (!next.data.pagination?.hasNextPage) return found;
		const { nextCursor } = next.data.pagination;
		if (!nextCursor || seen.has(nextCursor)) throw managementUnreadable(answer, asked);
		seen.add(nextCursor);
		query = `?cursor=${encodeURIComponent(nextCursor)}`;
	}
}

async function deleteOne(channel: Channel, path: string, what: string): Promise<Deletion> {
	const plan = planOf(channel.settings, 'DELETE', path);
	const answer = await send(channel, plan, what, 'read');
	const asked = askedOf(channel, what);
	// RunPod answers 400 for what others still use.
	if (answer.status === 400) return { tag: 'inUse', reason: saidBy(answer, asked) };
	if (answer.status === 404) return { tag: 'gone' };
	if (!isOk(answer)) throw managementRefusal(answer, asked);
	return { tag: 'deleted' };
}

async function ask(
	channel: Channel,
	plan: HttpRequest,
	what: string,
	safety: Safety,
): Promise<HttpAnswer> {
	const answer = await send(channel, plan, what, safety);
	if (!isOk(answer)) throw managementRefusal(answer, askedOf(channel, what));
	return answer;
}

/** Any answer but one that is a fault of the server. */
async function send(
	{ settings, ports }: Channel,
	plan: HttpRequest,
	what: string,
	safety: Safety,
): Promise<HttpAnswer> {
	assertDomainAllowed(plan.url, settings.allowedDomains);
	const asked = askedOf({ settings }, what);
	if (ports.signal?.aborted) throw stoppedBefore(asked);
	const attempt = await withRetries(async () => await ports.send(plan), safety, ports, {
		maxTries: MAX_TRIES,
		signal: ports.signal,
	});
	if ('answer' in attempt) {
		const { answer } = attempt;
		const isFault = answer.status >= 500 || answer.status === 408;
		if (!isFault) return answer;
		if (plan.method === 'GET') throw managementUnreadable(answer, asked);
		throw changeUnknown(saidBy(answer, asked), asked);
	}
	const { failure } = attempt;
	if (plan.method === 'GET' || !failure.sent) throw managementUnreachable(failure, plan.url, asked);
	throw changeUnknown(failure.code, asked);
}

function askedOf({ settings }: Pick<Channel, 'settings'>, what: string): Asked {
	return { what, secrets: [settings.apiKey, ...settings.secrets] };
}

function planOf(
	{ managementBaseUrl, apiKey }: ManagementSettings,
	method: HttpRequest['method'],
	path: string,
	body?: object,
): HttpRequest {
	const url = `${managementBaseUrl}/${path}`;
	const headers = { authorization: `Bearer ${apiKey}` };
	if (!body) return { method, url, headers };
	return {
		method,
		url,
		headers: { ...headers, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	};
}

function readItem<T>(answer: HttpAnswer, item: z.ZodType<T>, asked: Asked): T {
	const { success, data } = item.safeParse(readRecord(answer.text));
	if (!success) throw managementUnreadable(answer, asked);
	return data;
}

function isOk({ status }: HttpAnswer): boolean {
	return status >= 200 && status < 300;
}
