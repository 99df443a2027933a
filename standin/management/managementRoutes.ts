import { type Answer, RefusedRequest } from '../queue/answers';
import type { Account } from './account';
import { bodies } from './bodies';
import type { KeyRight } from '../queue/queueApi';
import type { GraphqlApi } from './graphql/graphqlApi';
import { problem, refuse } from './problems';
import { QuotaCounter, type Quotas } from './quotas';
import type { Body } from './records';
import { isObject } from './schema';
import type { Target } from './target';

/** A request with its whole body; `text` is undefined when it is over the limit. */
export interface ReceivedRequest {
	method: string;
	target: Target;
	headers: Record<string, string>;
	text: string | undefined;
}

/** Answers requests as the management API does. */
export class ManagementRoutes {
	readonly #account: Account;
	readonly #graphql: GraphqlApi;
	readonly #apiKey: string;
	readonly #quotas: QuotaCounter | undefined;
	/** What the key may do by REST. */
	right: KeyRight = 'write';

	constructor(account: Account, graphql: GraphqlApi, apiKey: string, quotas: Quotas | false) {
		this.#account = account;
		this.#graphql = graphql;
		this.#apiKey = apiKey;
		this.#quotas = quotas ? new QuotaCounter(quotas) : undefined;
	}

	async answer(request: ReceivedRequest): Promise<Answer> {
		try {
			checkCaller(request, this.#apiKey);
		} catch (error) {
			if (error instanceof RefusedRequest) return error.answer;
			throw error;
		}
		const waitSeconds = this.#quotas?.enter();
		const answer =
			waitSeconds === undefined
				? await this.#answerOrRefuse(request)
				: problem(429, 'rate limit exceeded', { headers: { 'retry-after': String(waitSeconds) } });
		return { ...answer, headers: { ...answer.headers, ...this.#quotas?.headers() } };
	}

	async #answerOrRefuse(request: ReceivedRequest): Promise<Answer> {
		try {
			return await this.#answerOperation(request);
		} catch (error) {
			if (error instanceof RefusedRequest) return error.answer;
			throw error;
		}
	}

	async #answerOperation(request: ReceivedRequest): Promise<Answer> {
		const account = this.#account;
		const { target } = request;
		const { operation, id = '', query } = target;
		checkRight(request, this.right);
		switch (operation) {
			case 'listRegistries':
			case 'listTemplates':
			case 'listEndpoints':
			case 'listServerlessBilling':
				return account[operation](query);
			case 'listGpuTypes':
				return account.listGpuTypes();
			case 'createRegistry':
			case 'createTemplate':
			case 'createEndpoint':
				return account[operation](checkBody(operation, request));
			case 'updateTemplate':
			case 'updateEndpoint':
				return account[operation](id, checkBody(operation, request));
			case 'getRegistry':
			case 'getTemplate':
			case 'getEndpoint':
			case 'deleteRegistry':
			case 'deleteTemplate':
			case 'listEndpointWorkers':
				return account[operation](id);
			case 'deleteEndpoint':
				return await account.deleteEndpoint(id);
			case 'getWorkerLogs':
				return account.getWorkerLogs(id, target.workerId ?? '', query);
			case 'readUser':
			case 'readModels':
			case 'saveEndpoint':
			case 'readWorkerModels':
			case 'graphql':
				return this.#graphql.answer(request.text);
			case 'unknown':
				return unknownRoute(request);
		}
	}
}

function checkCaller({ headers }: ReceivedRequest, apiKey: string): void {
	// Cloudflare stands before the API and turns away callers that do not name themselves.
	if (!headers['user-agent']) {
		const type = { 'content-type': 'text/plain; charset=UTF-8' };
		throw new RefusedRequest({ status: 403, headers: type, body: 'error code: 1010' });
	}
	if (!headers.authorization?.startsWith('Bearer ')) refuse(401, 'missing bearer token');
	if (headers.authorization !== `Bearer ${apiKey}`) refuse(401, 'invalid api key');
}

/** GraphQL has rights of its own. */
function checkRight({ method, target }: ReceivedRequest, right: KeyRight): void {
	const isAllowed = right === 'write' || (right === 'read' && method === 'GET');
	if (!isAllowed && !target.path.startsWith('/graphql')) refuse(403, 'access denied');
}

function checkBody(operation: keyof typeof bodies, { text }: ReceivedRequest): Body {
	if (text === undefined) return refuse(413, 'request body is too large');
	const body = parseJson(text);
	const errors = bodies[operation](body, '$');
	if (errors.length > 0) refuse(422, 'Request validation failed.', errors);
	return isObject(body) ? body : {};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return refuse(400, 'request body is not valid JSON');
	}
}

function unknownRoute({ target }: ReceivedRequest): Answer {
	const { allowedMethods } = target;
	if (!allowedMethods) return problem(404, 'resource not found');
	return problem(405, 'method not allowed', { headers: { allow: allowedMethods.join(', ') } });
}
