import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, RefusedRequest } from '../queue/answers';
import { flatten, parseBody, readText } from '../queue/calls';
import { Faults, type HttpFault, playFault, takesEffect } from '../queue/faults';
import type { KeyRight, QueueApi } from '../queue/queueApi';
import { closeServer, listen } from '../wire/server';
import { type Traffic, TrafficCounter } from '../wire/traffic';
import { Account, type AccountContents } from './account';
import {
	GraphqlApi,
	graphqlOperation,
	type GraphqlAccess,
	type ModelFailure,
} from './graphql/graphqlApi';
import type { Beside } from './graphql/endpointFields';
import { ManagementRoutes, type ReceivedRequest } from './managementRoutes';
import { problem } from './problems';
import type { Quotas } from './quotas';
import type { HandlerFor } from './runningEndpoint';
import { type Operation, parseTarget } from './target';
import type { LogLine } from './workerLogs';

export type { AccountContents } from './account';
export type { Container, HandlerFor } from './runningEndpoint';
export type { ModelFailure } from './graphql/graphqlApi';
export type { Operation } from './target';
export type { LogLine } from './workerLogs';

export interface ManagementApiOptions {
	apiKey: string;
	/** Serves the endpoints that are made. */
	queue: QueueApi;
	handlerFor: HandlerFor;
	/** Default 0: any free one. */
	port?: number;
	/** What a request would have made the endpoint with that the queue API serves; without it the account has none. */
	own?: Record<string, unknown>;
	/** How long the queue API answers 404 for a new endpoint; default 200. */
	opensAfterMs?: number;
	/** Multiplies idle timeouts; default 1. */
	timeFactor?: number;
	/** Lists come in pages of so many; without it whole. */
	pageSize?: number;
	/** Whether a template stays bound to the endpoint that was made from it; default false. */
	bindsTemplates?: boolean;
	/** Whether a registry credential that an endpoint pulls with cannot be deleted; default false. */
	keepsUsedRegistries?: boolean;
	/** Default 60 a minute, 3000 an hour, 50000 a day; false lets all through and names no limits. */
	quotas?: Quotas | false;
}

/** One request as the server got it, with what it answered; `status` is 0 when the connection was cut. */
export interface ManagementCall {
	method: string;
	operation: Operation;
	/** With its query. */
	path: string;
	body: unknown;
	headers: Record<string, string>;
	status: number;
	answer: unknown;
}

export type ManagementFault = HttpFault<Operation>;

/** A running stand-in for RunPod's management API, REST v2, and of the GraphQL API beside it. */
export interface ManagementApi {
	/** `http://127.0.0.1:<port>/v2` */
	readonly baseUrl: string;
	/** `http://127.0.0.1:<port>/graphql` */
	readonly graphqlUrl: string;
	readonly apiKey: string;
	calls(): readonly ManagementCall[];
	clearCalls(): void;
	/** Spoils the answer to the next matching requests. */
	fault(fault: ManagementFault): void;
	clearFaults(): void;
	/** Every request that came, by operation, also those that were refused. */
	traffic(): Record<string, Traffic>;
	clearTraffic(): void;
	/** What the key may do by REST: `write` is all. */
	setKeyRight(right: KeyRight): void;
	/** What the key may do by GraphQL. */
	setGraphqlAccess(access: GraphqlAccess): void;
	/** What GraphQL alone has of an endpoint, and how somebody changes it in the console. */
	besideOf(endpointId: string): Beside;
	setBeside(endpointId: string, beside: Partial<Beside>): void;
	/** Has the hosts of all workers fail to get the model, or get it again. */
	setModelFailure(failure: ModelFailure | undefined): void;
	/** What every worker has written to its log. */
	setWorkerLog(lines: readonly LogLine[]): void;
	/** What requests have made. */
	contents(): AccountContents;
	close(): Promise<void>;
}

const QUOTAS: Quotas = { minute: 60, hour: 3000, day: 50_000 };
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Starts the server on 127.0.0.1; rejects when the port is taken. */
export async function startManagementApi(options: ManagementApiOptions): Promise<ManagementApi> {
	const { apiKey, queue, handlerFor, pageSize } = options;
	const account = new Account({
		queue,
		handlerFor,
		own: options.own,
		pageSize,
		opensAfterMs: options.opensAfterMs ?? 200,
		timeFactor: options.timeFactor ?? 1,
		bindsTemplates: options.bindsTemplates ?? false,
		keepsUsedRegistries: options.keepsUsedRegistries ?? false,
	});
	const graphql = new GraphqlApi(account);
	const service = {
		routes: new ManagementRoutes(account, graphql, apiKey, options.quotas ?? QUOTAS),
		faults: new Faults<Operation>(),
		calls: new Array<ManagementCall>(),
	};
	const traffic = new TrafficCounter();
	const server = createServer((request, response) => {
		const { operation } = parseTarget(request.method ?? 'GET', request.url ?? '/');
		response.once('close', traffic.enter(operation));
		void serve(request, response, service);
	});
	const port = await listen(server, options.port ?? 0);
	return {
		baseUrl: `http://127.0.0.1:${String(port)}/v2`,
		graphqlUrl: `http://127.0.0.1:${String(port)}/graphql`,
		apiKey,
		calls: () => [...service.calls],
		clearCalls: () => {
			service.calls.splice(0);
		},
		fault: (fault) => {
			service.faults.add(fault);
		},
		clearFaults: () => {
			service.faults.clear();
		},
		traffic: () => traffic.report(),
		clearTraffic: () => {
			traffic.clear();
		},
		setKeyRight: (right) => {
			service.routes.right = right;
		},
		setGraphqlAccess: (access) => {
			graphql.access = access;
		},
		besideOf: (id) => graphql.besideOf(id),
		setBeside: (id, beside) => {
			graphql.set(id, beside);
		},
		setModelFailure: (failure) => {
			graphql.failure = failure;
		},
		setWorkerLog: (lines) => {
			account.logLines = lines;
		},
		contents: () => account.contents(),
		close: () => closeServer(server),
	};
}

interface Service {
	routes: ManagementRoutes;
	faults: Faults<Operation>;
	calls: ManagementCall[];
}

async function serve(
	request: IncomingMessage,
	response: ServerResponse,
	{ routes, faults, calls }: Service,
): Promise<void> {
	const received = await receive(request).catch(() => undefined);
	if (!received) return;
	const { operation, id, path } = received.target;
	const call = record(received, calls);
	const fault = faults.take({ route: operation, method: received.method, jobId: id, path });
	const answer = takesEffect(fault)
		? await routes.answer(received).catch(internalError)
		: undefined;
	if (fault) call.status = await playFault(fault, { response, answer, usual: usualFault });
	else if (answer) send(response, call, answer);
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
	const { method = 'GET', url = '/' } = request;
	const text = await readText(request, BODY_LIMIT_BYTES);
	const target = parseTarget(method, url);
	if (target.operation === 'graphql') target.operation = graphqlOperation(text);
	return { method, target, headers: flatten(request.headers), text };
}

function record(
	{ method, target, headers, text }: ReceivedRequest,
	calls: ManagementCall[],
): ManagementCall {
	const { operation, path } = target;
	const body = parseBody(text);
	const call = { method, operation, path, body, headers, status: 0, answer: undefined };
	calls.push(call);
	return call;
}

function send(response: ServerResponse, call: ManagementCall, answer: Answer): void {
	const { status, headers, body } = answer;
	call.status = status;
	call.answer = parseBody(body);
	response.writeHead(status, { ...headers, 'x-request-id': randomUUID() });
	// A log has no end.
	if (headers['content-type'] === 'text/event-stream') response.write(body);
	else response.end(body);
}

function usualFault(status: number): Answer {
	return problem(status, 'scripted fault');
}

function internalError(error: unknown): Answer {
	if (error instanceof RefusedRequest) return error.answer;
	return problem(500, error instanceof Error ? error.message : 'internal error');
}
