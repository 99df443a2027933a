import * as z from 'zod/v4';
import { WanAvatarError } from '../../base/errors/errors';
import { cleanRemoteText } from '../../base/data/remoteText';
import { noUser, query, type Queried } from './graphql';
import { changeUnknown, managementUnreadable, refusalOf } from './managementFaults';
import type { Channel } from './managementRequests';
import {
	alteredFields,
	savedEndpoint,
	saveInput,
	SELECTION,
	type Altered,
	type SavedEndpoint,
} from './savedEndpoint';

/** The cached models of the account's endpoints: RunPod has them in its GraphQL API alone. */
export interface ModelClient {
	/** Whether the key may use that API at all, asked before anything is made. */
	assertAllowed: () => Promise<void>;
	/** All that is known of an endpoint there. */
	read: (endpoint: Named) => Promise<SavedEndpoint>;
	/** Sets the models of an endpoint that was just read, and nothing else of it; gives those that it has then. */
	save: (endpoint: SavedEndpoint, models: readonly string[]) => Promise<readonly string[]>;
	/** Which models the host of a worker has; nothing where there is no such worker any more. */
	ofWorker: (workerId: string) => Promise<WorkerModel[] | undefined>;
}

interface Named {
	id: string;
	name: string;
}

const ME = 'query Me { myself { id } }';
const READ = `query Endpoint($id: String!) { myself { endpoint(id: $id) { ${SELECTION} } } }`;
const SAVE = `mutation Save($input: EndpointInput!) { saveEndpoint(input: $input) { ${SELECTION} } }`;
const MODEL = 'modelVersionHash machineAssignmentStatus failurePhase failureReason mountPath';

/** The ID stands in the text: the name of the type that a variable would have is not known for sure. */
function ofWorkerDocument(workerId: string): string {
	return `query Worker { pod(input: { podId: ${JSON.stringify(workerId)} }) { modelVersions { ${MODEL} } } }`;
}

const me = z.object({ myself: z.object({ id: z.string() }).nullable() });
const read = z.object({ myself: z.object({ endpoint: z.unknown() }).nullable() });
const saved = z.object({ saveEndpoint: z.unknown() });

const text = z
	.string()
	.transform((told) => cleanRemoteText(told))
	.nullish()
	.catch(undefined);
const workerModel = z.object({
	modelVersionHash: text,
	machineAssignmentStatus: text,
	failurePhase: text,
	failureReason: text,
	mountPath: text,
});
const ofWorker = z.object({
	pod: z.object({ modelVersions: z.array(workerModel).nullish() }).nullable(),
});

/** A model on the host of a worker: `ASSIGNED`, `DEPLOYED` or `FAILED`, and then why. */
export type WorkerModel = z.output<typeof workerModel>;

export function createModelClient(channel: Channel): ModelClient {
	return {
		assertAllowed: async () => {
			const what = 'tell whose API key it is, before a model is set';
			const asked = await query(channel, reading(ME, {}, what));
			if (!parsed(me, asked).myself) throw noUser(asked);
		},
		read: async ({ id, name }) => {
			const what = `show the model of the endpoint ${name} (${id})`;
			const asked = await query(channel, reading(READ, { id }, what));
			const { myself } = parsed(read, asked);
			if (!myself) throw noUser(asked);
			if (myself.endpoint === null || myself.endpoint === undefined)
				throw refusalOf(404, 'nothing', asked.asked);
			return wholeEndpoint(myself.endpoint, asked);
		},
		save: async (endpoint, models) => await save(channel, endpoint, models),
		ofWorker: async (workerId) => {
			const what = `show the models of the worker ${workerId}`;
			const asked = await query(channel, reading(ofWorkerDocument(workerId), {}, what));
			const { pod } = parsed(ofWorker, asked);
			const { secrets } = asked.asked;
			return pod?.modelVersions?.map((model) => ({
				...model,
				failureReason: model.failureReason && cleanRemoteText(model.failureReason, secrets),
			}));
		},
	};
}

function reading(document: string, variables: Record<string, unknown>, what: string) {
	return { document, variables, what, idempotency: 'read' } as const;
}

function parsed<T>(shape: z.ZodType<T>, { data, answer, asked }: Queried): T {
	const result = shape.safeParse(data);
	if (!result.success) throw managementUnreadable(answer, asked);
	return result.data;
}

/** Carries whole values, so that it may be repeated. */
async function save(
	channel: Channel,
	endpoint: SavedEndpoint,
	models: readonly string[],
): Promise<readonly string[]> {
	const { id, name } = endpoint;
	const asked = await query(channel, {
		document: SAVE,
		variables: { input: saveInput(endpoint, models) },
		what: `set the model of the endpoint ${name} (${id})`,
		idempotency: 'idempotent',
	});
	const { data } = saved.safeParse(asked.data);
	const after = savedEndpoint.safeParse(data?.saveEndpoint);
	if (!after.success) throw changeUnknown('it cannot be read', asked.asked);
	const altered = alteredFields(endpoint, after.data);
	if (altered.length > 0) throw alteredMore(endpoint, altered);
	return after.data.modelReferences;
}

/** @throws WanAvatarError where a field of it could not be said back as it is */
function wholeEndpoint(told: unknown, { asked }: Queried): SavedEndpoint {
	const { success, data, error } = savedEndpoint.safeParse(told);
	if (success) return data;
	const fields = [...new Set(error.issues.map(({ path }) => String(path[0] ?? 'all of it')))];
	throw new WanAvatarError(
		'REQUEST_REJECTED',
		`RunPod tells fields of the endpoint in a way that this version does not know: ${fields.join(', ')}`,
		{
			remedy: `The model is not set, since setting it says all fields of the endpoint back, and these would be changed with it (asked to ${asked.what}). Set the model in the RunPod console, or use a newer version.`,
			details: { fields: fields.join(', ') },
		},
	);
}

function alteredMore({ id, name }: SavedEndpoint, altered: readonly Altered[]): WanAvatarError {
	const list = altered.map(({ field, from, to }) => `${field}: ${from} → ${to}`).join(', ');
	return new WanAvatarError(
		'CHANGE_UNKNOWN',
		`RunPod set the model of the endpoint ${name} (${id}), and changed more than that: ${list}`,
		{
			remedy:
				'Set these back in the RunPod console, or by deploying again with their values. This is a fault of RunPod, or of this version.',
			details: { endpoint_id: id },
		},
	);
}
