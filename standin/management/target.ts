/** The operations of the management API, as its OpenAPI file names them; `unknown` is everything else. */
export type Operation =
	| 'listRegistries'
	| 'createRegistry'
	| 'getRegistry'
	| 'deleteRegistry'
	| 'listTemplates'
	| 'createTemplate'
	| 'getTemplate'
	| 'updateTemplate'
	| 'deleteTemplate'
	| 'listEndpoints'
	| 'createEndpoint'
	| 'getEndpoint'
	| 'updateEndpoint'
	| 'deleteEndpoint'
	| 'listEndpointWorkers'
	| 'listGpuTypes'
	| 'listServerlessBilling'
	| 'getWorkerLogs'
	/** GraphQL, by what it asks for. */
	| 'readUser'
	| 'readModels'
	| 'saveEndpoint'
	| 'readWorkerModels'
	| 'graphql'
	| 'unknown';

/** What a request asks for. */
export interface Target {
	operation: Operation;
	/** With its query. */
	path: string;
	query: URLSearchParams;
	id?: string;
	workerId?: string;
	/** The methods that the path would take, when the request came with another. */
	allowedMethods?: readonly string[];
}

type Methods = Readonly<Record<string, Operation>>;

const collections: readonly [RegExp, Methods][] = [
	[/^\/v2\/registries$/, { GET: 'listRegistries', POST: 'createRegistry' }],
	[/^\/v2\/registries\/([\w-]+)$/, { GET: 'getRegistry', DELETE: 'deleteRegistry' }],
	[/^\/v2\/templates$/, { GET: 'listTemplates', POST: 'createTemplate' }],
	[
		/^\/v2\/templates\/([\w-]+)$/,
		{ GET: 'getTemplate', PATCH: 'updateTemplate', DELETE: 'deleteTemplate' },
	],
	[/^\/v2\/serverless$/, { GET: 'listEndpoints', POST: 'createEndpoint' }],
	[
		/^\/v2\/serverless\/([\w-]+)$/,
		{ GET: 'getEndpoint', PATCH: 'updateEndpoint', DELETE: 'deleteEndpoint' },
	],
	[/^\/v2\/serverless\/([\w-]+)\/workers$/, { GET: 'listEndpointWorkers' }],
	[/^\/v2\/catalog\/gpus$/, { GET: 'listGpuTypes' }],
	[/^\/v2\/billing\/serverless$/, { GET: 'listServerlessBilling' }],
	[/^\/v2\/serverless\/([\w-]+)\/workers\/([\w-]+)\/logs$/, { GET: 'getWorkerLogs' }],
	[/^\/graphql$/, { POST: 'graphql' }],
];

/** Reads the method and the path; query fields that are not known are ignored, as RunPod does. */
export function parseTarget(method: string, path: string): Target {
	const [pathname = '', queryText = ''] = path.split('?', 2);
	const target = { operation: 'unknown' as Operation, path, query: new URLSearchParams(queryText) };
	for (const [pattern, methods] of collections) {
		const found = pattern.exec(pathname);
		if (!found) continue;
		const [, id, workerId] = found;
		const operation = methods[method];
		if (!operation) return { ...target, allowedMethods: Object.keys(methods) };
		return {
			...target,
			operation,
			...(id !== undefined && { id }),
			...(workerId !== undefined && { workerId }),
		};
	}
	return target;
}
