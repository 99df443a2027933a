import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listen } from '../wire/server';
import { type Traffic, TrafficCounter } from '../wire/traffic';
import { type Answer, problem } from './answers';
import { CallLog, type QueueCall, receive } from './calls';
import type { CancelHabits } from './jobs/cancelHabits';
import { Faults, type HttpFault, playFault, takesEffect } from './faults';
import { type EndpointOptions, Endpoints, type QueueEndpoint } from './endpoints';
import type { KeyRights } from './keyRights';
import type { JobRecord } from './jobs/job';
import type { JobOutcome } from './jobs/outcomes';
import type { QueueApiOptions } from './queueApiOptions';
import { parseTarget, type Route } from './target';
import type { WorkerStall } from './jobs/workerPool';

export type { QueueCall } from './calls';
export type { EndpointOptions, QueueEndpoint } from './endpoints';
export type { CancelHabits } from './jobs/cancelHabits';
export type { HttpFault } from './faults';
export type { JobPolicy, JobRecord, JobStatus } from './jobs/job';
export type { JobOutcome } from './jobs/outcomes';
export type { KeyRight, KeyRights } from './keyRights';
export type { QueueApiOptions } from './queueApiOptions';
export type { Route } from './target';
export type { WorkerHandler, WorkerJob } from './jobs/workerHandler';
export type { WorkerRecord, WorkerStall } from './jobs/workerPool';

/** A running stand-in for RunPod's queue-based serverless API. */
export interface QueueApi {
	/** `http://127.0.0.1:<port>/v2`, to be followed by the endpoint id. */
	readonly baseUrl: string;
	readonly endpointId: string;
	readonly apiKey: string;
	/** The first endpoint, for the account that knows it. */
	own(): QueueEndpoint;
	/** Serves one more endpoint of the account. */
	addEndpoint(id: string, options: EndpointOptions): QueueEndpoint;
	/** The requests so far, in the order in which they had come in whole. */
	calls(route?: Route): readonly QueueCall[];
	clearCalls(): void;
	/** Spoils the answer to the next matching requests. */
	fault(fault: HttpFault): void;
	clearFaults(): void;
	/** Every request that came, by `<endpointId> <route>`, also those that were refused. */
	traffic(): Record<string, Traffic>;
	clearTraffic(): void;
	/** Decides how matching jobs end that start from now on. */
	script(outcome: JobOutcome): void;
	/** All jobs of all endpoints in the order of their submission, forgotten ones too. */
	jobs(): readonly JobRecord[];
	/** The most jobs that were queued or running at once. */
	maxInFlight(): number;
	maxRunning(): number;
	/** While stalled, no job starts; those that run go on. */
	setWorkers(change: { max?: number; stall?: WorkerStall }): void;
	/** What a cancel does from now on. */
	setCancels(habits: CancelHabits): void;
	/** Restricts the key from now on; `{}` lets it do all again. */
	setKeyRights(rights: KeyRights): void;
	/** Aborts running handlers and ends all connections, webhooks and timers. */
	close(): Promise<void>;
}

/** Starts the server on 127.0.0.1; rejects when the port is taken. */
export async function startQueueApi(options: QueueApiOptions): Promise<QueueApi> {
	const { apiKey, endpointId } = options;
	const endpoints = new Endpoints(options);
	const { queue } = endpoints.primary;
	const log = new CallLog(options.callsKept);
	const faults = new Faults();
	const traffic = new TrafficCounter();
	const server = createServer((request, response) => {
		const { endpointId = '', route } = parseTarget(request.method ?? 'GET', request.url ?? '/');
		response.once('close', traffic.enter(`${endpointId} ${route}`));
		void serve(request, response, { endpoints, log, faults });
	});
	const port = await listen(server, options.port ?? 0);
	return {
		baseUrl: `http://127.0.0.1:${String(port)}/v2`,
		endpointId,
		apiKey,
		own: () => endpoints.own(),
		addEndpoint: (id, made) => endpoints.add(id, made),
		calls: (route) => log.list(route),
		clearCalls: () => {
			log.clear();
		},
		fault: (fault) => {
			faults.add(fault);
		},
		clearFaults: () => {
			faults.clear();
		},
		traffic: () => traffic.report(),
		clearTraffic: () => {
			traffic.clear();
		},
		script: (outcome) => {
			queue.script(outcome);
		},
		jobs: () => endpoints.jobs(),
		maxInFlight: () => queue.peaks.inFlight,
		maxRunning: () => queue.peaks.running,
		setWorkers: (change) => {
			queue.setWorkers(change);
		},
		setCancels: (habits) => {
			queue.setCancels(habits);
		},
		setKeyRights: (rights) => {
			endpoints.rights = rights;
		},
		close: async () => {
			await Promise.all([closeServer(server), endpoints.close()]);
		},
	};
}

interface Service {
	endpoints: Endpoints;
	log: CallLog;
	faults: Faults;
}

async function serve(
	request: IncomingMessage,
	response: ServerResponse,
	{ endpoints, log, faults }: Service,
): Promise<void> {
	const received = await receive(request).catch(() => undefined);
	if (!received) return;
	const call = log.add(received);
	const { route, endpointId, jobId, path } = received.target;
	const fault = faults.take({ route, method: received.method, jobId, path });
	const routes = endpoints.routesFor(endpointId);
	const answer = takesEffect(fault)
		? await routes.answer(received).catch(internalError)
		: undefined;
	if (fault) call.status = await playFault(fault, { response, answer });
	else if (answer) send(response, call, answer);
}

function send(response: ServerResponse, call: QueueCall, { status, headers, body }: Answer): void {
	call.status = status;
	response.writeHead(status, { ...headers, 'x-request-id': randomUUID() }).end(body);
}

function internalError(error: unknown): Answer {
	return problem(500, error instanceof Error ? error.message : 'internal error');
}
