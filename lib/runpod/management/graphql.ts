import * as z from 'zod/v4';
import { cleanRemoteText } from '../../base/data/remoteText';
import { readRecord } from '../http/answer';
import type { HttpAnswer, HttpRequest } from '../http/http';
import type { Idempotency } from '../http/retry';
import {
	changeUnknown,
	managementRefusal,
	managementUnreadable,
	refusalOf,
	saidBy,
	type Asked,
} from './managementFaults';
import { askedOf, isOk, send, type Channel } from './managementRequests';

/** One request to RunPod's GraphQL API. */
export interface Query {
	document: string;
	variables: Readonly<Record<string, unknown>>;
	/** In words: `show the model of the endpoint abc123`. */
	what: string;
	idempotency: Exclude<Idempotency, 'once'>;
}

export interface Queried {
	/** Its `data`, as it came. */
	data: unknown;
	answer: HttpAnswer;
	asked: Asked;
}

const RIGHT = 'the right to read and write the GraphQL API (api.runpod.io/graphql)';

const body = z.object({
	data: z.unknown(),
	errors: z
		.array(
			z.object({
				message: z.string().catch(''),
				/** Which field of the answer it is about. */
				path: z.array(z.unknown()).nullish().catch(undefined),
				extensions: z
					.object({ code: z.string().nullish().catch(undefined) })
					.nullish()
					.catch(undefined),
			}),
		)
		.nullish(),
});

type Fault = NonNullable<z.output<typeof body>['errors']>[number];

/**
 * Sends a request by the rules of all others to the management API.
 * @throws WanAvatarError as they do, also where GraphQL says no with 200
 */
export async function query(
	channel: Channel,
	{ document, variables, what, idempotency }: Query,
): Promise<Queried> {
	const asked: Asked = { ...askedOf(channel, what, variables), right: RIGHT };
	const plan = planOf(channel, { query: document, variables });
	const answer = await send(channel, plan, asked, idempotency);
	// A key that REST takes is not a wrong one.
	if (answer.status === 401) throw refusalOf(403, saidBy(answer, asked), asked);
	if (!isOk(answer)) throw managementRefusal(answer, asked);
	const { success, data } = body.safeParse(readRecord(answer.text));
	if (!success) throw managementUnreadable(answer, asked);
	const [fault] = data.errors ?? [];
	if (fault && idempotency !== 'read' && isWithinResult(fault, data.data))
		throw changeUnknown(saidIn(fault, asked), asked);
	if (fault) throw refusalOf(statusOf(fault), saidIn(fault, asked), asked);
	return { data: data.data, answer, asked };
}

/** A change that came to a result was carried out, also where the result could not be told whole. */
function isWithinResult({ path }: Fault, data: unknown): boolean {
	const isTold = typeof data === 'object' && data !== null && Object.values(data).some(Boolean);
	return isTold || (path?.length ?? 0) > 1;
}

/** Where the API knows no user for the key it says so by nothing at all. */
export function noUser({ asked }: Queried): Error {
	return refusalOf(403, 'that it knows no user of this key', asked);
}

function planOf({ settings }: Channel, sent: object): HttpRequest {
	const { graphqlUrl, apiKey } = settings;
	return {
		method: 'POST',
		url: graphqlUrl,
		headers: {
			authorization: `Bearer ${apiKey.reveal()}`,
			'content-type': 'application/json',
		},
		body: JSON.stringify(sent),
	};
}

const GONE = /not found|^no \w+ found/i;
const NO_RIGHT =
	/unauthenticated|unauthori[sz]ed|not authori[sz]ed|forbidden|access denied|permission|not allowed/i;

/** What REST would have answered. */
function statusOf({ message, extensions }: Fault): number {
	const said = `${extensions?.code ?? ''} ${message}`;
	if (GONE.test(message)) return 404;
	return NO_RIGHT.test(said) ? 403 : 400;
}

function saidIn({ message }: Fault, { secrets }: Asked): string {
	const said = cleanRemoteText(message, secrets);
	return said === '' ? 'nothing more' : said;
}
