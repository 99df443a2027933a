import assert from 'node:assert/strict';
import { z } from 'zod/v4';
import openApi from '../../fixtures/runpod-rest-v2-openapi.json';
import { responseFaults } from '../../lib/deployment/openApi';

/** The operations of the OpenAPI file that the stand-in plays. */
export const OPERATIONS = [
	'listRegistries',
	'createRegistry',
	'getRegistry',
	'deleteRegistry',
	'listTemplates',
	'createTemplate',
	'getTemplate',
	'updateTemplate',
	'deleteTemplate',
	'listEndpoints',
	'createEndpoint',
	'getEndpoint',
	'updateEndpoint',
	'deleteEndpoint',
	'listEndpointWorkers',
	'getWorkerLogs',
	'listGpuTypes',
	'listServerlessBilling',
] as const;

export type Operation = (typeof OPERATIONS)[number];

export interface Documented {
	method: string;
	/** `/v2/templates/{id}` */
	path: string;
	/** Those that stand by their number. */
	statuses: readonly number[];
}

const operation = z.object({
	operationId: z.string(),
	responses: z.record(z.string(), z.unknown()),
});

const documented = new Map<string, Documented>(
	Object.entries(openApi.paths).flatMap(([path, methods]) =>
		Object.entries(methods).flatMap(([method, value]: [string, unknown]) => {
			const { data } = operation.safeParse(value);
			if (!data) return [];
			const statuses = Object.keys(data.responses).map(Number).filter(Number.isInteger);
			return [[data.operationId, { method: method.toUpperCase(), path, statuses }] as const];
		}),
	),
);

export function documentedOf(name: Operation): Documented {
	const found = documented.get(name);
	assert.ok(found, `${name} is in the OpenAPI file`);
	return found;
}

export interface Answered {
	status: number;
	headers: Headers;
	text: string;
	/** Its body, where it is JSON. */
	body: unknown;
}

/** Refusals that the file leaves to its `default`: they are the same for every path. */
const EVERYWHERE = [413];
/** A query that is wrong has no status of its own in the file. */
const BY_DEFAULT: Partial<Record<Operation, readonly number[]>> = {
	getWorkerLogs: [422],
	listServerlessBilling: [400, 422],
};

/** Fails where the answer is none that the file lets this operation have. */
export function assertDocumented(name: Operation, { status, headers, body, text }: Answered): void {
	const allowed = [...documentedOf(name).statuses, ...EVERYWHERE, ...(BY_DEFAULT[name] ?? [])];
	assert.ok(
		allowed.includes(status),
		`${name}: no status ${String(status)} stands in the file: ${text}`,
	);
	assert.deepEqual(responseFaults(name, status, body), [], `${name} ${String(status)}: ${text}`);
	assert.match(headers.get('x-request-id') ?? '', /./);
	const type = headers.get('content-type');
	if (status >= 400) assert.equal(type, 'application/problem+json');
	else if (status === 204) assert.equal(text, '');
	else assert.equal(type, name === 'getWorkerLogs' ? 'text/event-stream' : 'application/json');
	if (status === 429) assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/);
	if (status === 422) assert.match(text, /"errors":\[./);
}
