import type { Answer } from '../../queue/answers';
import type { Account } from '../account';
import { hasTooManyWorkers } from '../endpointConfig';
import { json } from '../problems';
import type { RunningEndpoint } from '../runningEndpoint';
import { isObject, recordOf } from '../schema';
import { faultsIn, plain } from './check';
import { parseDocument, SyntaxFault, type Operation, type Selection } from './document';
import {
	graphqlFields,
	NOTHING_BESIDE,
	savedBeside,
	savedRecord,
	type Beside,
} from './endpointFields';

/** What the key may do there; `nobody`: the API knows no user of it. */
export type GraphqlAccess = 'all' | 'read' | 'none' | 'nobody';

/** Why the hosts of workers do not get a model. */
export interface ModelFailure {
	phase: 'download_failed' | 'mount_failed' | 'startup_failed' | 'cuda_failed';
	reason: string;
}

interface Asked {
	selection: Selection;
	variables: Readonly<Record<string, unknown>>;
}

/** A refusal in the middle of a request: 200, with an error beside empty data. */
class Refused extends Error {}

/** The GraphQL API of an account: endpoints with their models, and which of those its workers have. */
export class GraphqlApi {
	access: GraphqlAccess = 'all';
	failure: ModelFailure | undefined;
	readonly #account: Account;
	readonly #beside = new Map<string, Beside>();

	constructor(account: Account) {
		this.#account = account;
	}

	/** Answers a request whose key is a good one. */
	answer(text: string | undefined): Answer {
		if (this.access === 'none') return errors(403, ['access denied']);
		const request = requestIn(text);
		if (typeof request === 'string') return errors(400, [request]);
		const { operation, variables } = request;
		const faults = faultsIn(operation, variables);
		if (faults.length > 0) return errors(400, faults);
		try {
			return json(200, { data: this.#data(operation, variables) });
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			const [first] = operation.selections;
			return json(200, {
				errors: [{ message: error.message, path: [first?.name] }],
				data: { [first?.name ?? '']: null },
			});
		}
	}

	/** The models of an endpoint, for tests. */
	besideOf(id: string): Beside {
		return this.#beside.get(id) ?? NOTHING_BESIDE;
	}

	/** What somebody does in the console. */
	set(id: string, beside: Partial<Beside>): void {
		this.#beside.set(id, { ...this.besideOf(id), ...beside });
	}

	#data(operation: Operation, variables: Asked['variables']): Record<string, unknown> {
		return Object.fromEntries(
			operation.selections.map((selection) => [
				selection.name,
				this.#root({ selection, variables }),
			]),
		);
	}

	#root(asked: Asked): unknown {
		switch (asked.selection.name) {
			case 'saveEndpoint':
				return this.#save(asked);
			case 'pod':
				return this.#pod(asked);
			default:
				return this.access === 'nobody' ? null : this.#myself(asked);
		}
	}

	#myself({ selection, variables }: Asked): unknown {
		return Object.fromEntries(
			selection.selections.map((inner) => [
				inner.name,
				this.#ofMyself({ selection: inner, variables }),
			]),
		);
	}

	#ofMyself(asked: Asked): unknown {
		const { selection } = asked;
		if (selection.name === 'id') return 'user_1';
		const all = this.#account.running();
		if (selection.name === 'endpoints')
			return all.map((endpoint) => picked(this.#fields(endpoint), selection));
		const found = all.find(({ record }) => record.id === argument(asked, 'id'));
		if (!found) throw new Refused('No AiApi found');
		return picked(this.#fields(found), selection);
	}

	#save(asked: Asked): unknown {
		if (this.access !== 'all') throw new Refused('Unauthorized');
		const input = recordOf(argument(asked, 'input'));
		const endpoint = this.#account.running().find(({ record }) => record.id === input.id);
		if (!endpoint) throw new Refused('No AiApi found');
		const models = input.modelReferences;
		if (
			Array.isArray(models) &&
			models.some((one) => !/^https:\/\/huggingface\.co\/.+:.+$/.test(String(one)))
		)
			throw new Refused('Invalid model reference');
		const { record } = endpoint;
		if (!('gpu' in record) && Array.isArray(models) && models.length > 0)
			throw new Refused('Model references are for GPU endpoints');
		const beside = this.besideOf(record.id);
		const saved = savedRecord(record, beside, input);
		if (hasTooManyWorkers(saved.workers)) throw new Refused('Too many workers');
		this.#beside.set(record.id, savedBeside(beside, input));
		endpoint.change(saved);
		if (typeof input.templateId === 'string')
			this.#account.updateEndpoint(record.id, { templateId: input.templateId });
		return picked(this.#fields(endpoint), asked.selection);
	}

	#pod(asked: Asked): unknown {
		const { podId } = recordOf(argument(asked, 'input'));
		for (const endpoint of this.#account.running())
			for (const worker of endpoint.workerStates())
				if (worker.id === podId)
					return picked(
						{ id: worker.id, modelVersions: this.#models(endpoint, worker.state) },
						asked.selection,
					);
		return null;
	}

	#models({ record }: RunningEndpoint, state: string): object[] {
		const { failure } = this;
		return this.besideOf(record.id).modelReferences.map((reference) => ({
			modelVersionHash: reference.replace(/^.*:/, ''),
			machineAssignmentStatus: failure
				? 'FAILED'
				: state === 'initializing'
					? 'ASSIGNED'
					: 'DEPLOYED',
			failurePhase: failure?.phase ?? null,
			failureReason: failure?.reason ?? null,
			mountPath:
				failure || state === 'initializing' ? null : '/runpod-volume/huggingface-cache/hub',
		}));
	}

	#fields({ record, templateId }: RunningEndpoint): Record<string, unknown> {
		const beside = this.besideOf(record.id);
		return graphqlFields(record, {
			...beside,
			templateId: beside.templateId ?? templateId ?? null,
		});
	}
}

/** Names the request as faults and calls do. */
export function graphqlOperation(
	text: string | undefined,
): 'readUser' | 'readModels' | 'saveEndpoint' | 'readWorkerModels' | 'graphql' {
	const request = requestIn(text);
	if (typeof request === 'string') return 'graphql';
	const [first] = request.operation.selections;
	if (first?.name === 'saveEndpoint') return 'saveEndpoint';
	if (first?.name === 'pod') return 'readWorkerModels';
	const isUser = first?.selections.every(({ name }) => name === 'id') === true;
	return isUser ? 'readUser' : 'readModels';
}

interface Request {
	operation: Operation;
	variables: Record<string, unknown>;
}

/** What is asked, or what is wrong with it. */
function requestIn(text: string | undefined): Request | string {
	try {
		const body: unknown = JSON.parse(text ?? '');
		if (!isObject(body) || typeof body.query !== 'string') return 'Must provide query string.';
		return { operation: parseDocument(body.query), variables: recordOf(body.variables) };
	} catch (error) {
		return error instanceof SyntaxFault ? error.message : 'POST body sent invalid JSON.';
	}
}

function argument({ selection, variables }: Asked, name: string): unknown {
	const given = selection.args[name];
	if (!given) return undefined;
	return given.kind === 'variable' ? variables[given.name] : plain(given);
}

/** What was asked for of a value, and no more. */
function picked(value: unknown, { selections }: Selection): unknown {
	if (Array.isArray(value))
		return value.map((item) => picked(item, { name: '', args: {}, selections }));
	if (!isObject(value) || selections.length === 0) return value;
	return Object.fromEntries(
		selections.map((selection) => [
			selection.name,
			picked(value[selection.name] ?? null, selection),
		]),
	);
}

function errors(status: number, messages: readonly string[]): Answer {
	return json(status, { errors: messages.map((message) => ({ message })) });
}
