/** The operations of the queue API; `unknown` is everything else, also a known one with the wrong method. */
export type Route =
	| 'run'
	| 'runsync'
	| 'status'
	| 'status-sync'
	| 'stream'
	| 'cancel'
	| 'retry'
	| 'purge-queue'
	| 'health'
	| 'unknown';

type KnownRoute = Exclude<Route, 'unknown'>;

interface RouteRule {
	methods: readonly string[];
	takesJobId: boolean;
	queryFields: readonly string[];
}

const rules: Readonly<Record<KnownRoute, RouteRule>> = {
	run: { methods: ['POST'], takesJobId: false, queryFields: [] },
	runsync: { methods: ['POST'], takesJobId: false, queryFields: ['wait'] },
	status: { methods: ['GET', 'POST'], takesJobId: true, queryFields: ['ttl'] },
	'status-sync': { methods: ['GET', 'POST'], takesJobId: true, queryFields: ['wait'] },
	stream: { methods: ['GET', 'POST'], takesJobId: true, queryFields: ['wait'] },
	cancel: { methods: ['POST'], takesJobId: true, queryFields: [] },
	retry: { methods: ['POST'], takesJobId: true, queryFields: [] },
	'purge-queue': { methods: ['POST'], takesJobId: false, queryFields: [] },
	health: { methods: ['GET'], takesJobId: false, queryFields: [] },
};

/** What a request asks for. */
export interface Target {
	route: Route;
	/** With its query. */
	path: string;
	query: URLSearchParams;
	/** Query fields that the route does not know. */
	strangeQueryFields: readonly string[];
	endpointId?: string;
	jobId?: string;
	/** The methods that the path would take, when the request came with another. */
	allowedMethods?: readonly string[];
}

/** Reads `/v2/<endpointId>/<operation>[/<jobId>]`. */
export function parseTarget(method: string, path: string): Target {
	const [pathname = '', queryText = ''] = path.split('?', 2);
	const query = new URLSearchParams(queryText);
	const [, endpointId, operation = '', jobId] =
		/^\/v2\/([\w-]+)\/([\w-]+)(?:\/([\w-]+))?$/.exec(pathname) ?? [];
	const unknown: Target = { route: 'unknown', path, query, strangeQueryFields: [] };
	if (endpointId === undefined || !isKnownRoute(operation)) return unknown;
	const { methods, takesJobId, queryFields } = rules[operation];
	if (takesJobId !== (jobId !== undefined)) return unknown;
	if (!methods.includes(method)) return { ...unknown, endpointId, allowedMethods: methods };
	return {
		route: operation,
		path,
		query,
		strangeQueryFields: [...query.keys()].filter((name) => !queryFields.includes(name)),
		endpointId,
		...(jobId !== undefined && { jobId }),
	};
}

export function isKnownRoute(operation: string): operation is KnownRoute {
	return Object.hasOwn(rules, operation);
}
