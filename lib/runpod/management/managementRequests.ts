import type * as z from 'zod/v4';
import { revealed, secretsIn } from '../../base/data/secret';
import { assertDomainAllowed } from '../http/allowedDomains';
import { readRecord } from '../http/answer';
import type { HttpAnswer, HttpRequest } from '../http/http';
import type { Idempotency } from '../http/retry';
import { secretsOf, type RunPodSettings } from '../http/runPodCredential';
import { isReading, isServerFault, stoppableCall, type CallPorts } from '../http/stoppableCall';
import {
	changeUnknown,
	managementRefusal,
	managementUnreachable,
	managementUnreadable,
	saidBy,
	stoppedBefore,
	stoppedWhile,
	type Asked,
} from './managementFaults';

export type ManagementSettings = Pick<
	RunPodSettings,
	'apiKey' | 'managementBaseUrl' | 'graphqlUrl' | 'allowedDomains' | 'secrets'
>;

/** The account that is spoken to, and how. */
export interface Channel {
	settings: ManagementSettings;
	ports: CallPorts;
}

/** A good answer. */
export async function ask(
	channel: Channel,
	plan: HttpRequest,
	asked: Asked,
	idempotency: Idempotency,
): Promise<HttpAnswer> {
	const answer = await send(channel, plan, asked, idempotency);
	if (!isOk(answer)) throw managementRefusal(answer, asked);
	return answer;
}

/** Any answer but one that is a fault of the server. */
export async function send(
	{ settings, ports }: Channel,
	plan: HttpRequest,
	asked: Asked,
	idempotency: Idempotency,
): Promise<HttpAnswer> {
	assertDomainAllowed(plan.url, settings.allowedDomains);
	if (ports.signal?.aborted) throw stoppedBefore(asked);
	const isRead = isReading(plan, idempotency);
	const end = await stoppableCall(plan, idempotency, ports);
	if ('stopped' in end)
		throw isRead ? stoppedWhile(asked) : changeUnknown('stopped before it answered', asked);
	if ('failure' in end) {
		const { failure } = end;
		if (isRead || !(failure.sent || end.isUnclear))
			throw managementUnreachable(failure, plan.url, asked);
		throw changeUnknown(failure.code, asked);
	}
	const { answer } = end;
	if (isServerFault(answer)) {
		if (isRead) throw managementUnreadable(answer, asked);
		throw changeUnknown(saidBy(answer, asked), asked);
	}
	// What is gone or in use has an answer of its own, whatever came before.
	const isSettled = isOk(answer) || isRead || plan.method === 'DELETE';
	if (end.isUnclear && !isSettled) throw changeUnknown(saidBy(answer, asked), asked);
	return answer;
}

/** Masks what was sent too, whoever made the body. */
export function askedOf(
	{ settings }: Pick<Channel, 'settings'>,
	what: string,
	body?: object,
): Asked {
	return { what, secrets: [...secretsOf(settings), ...secretsIn(body)] };
}

export function planOf(
	{ managementBaseUrl, apiKey }: ManagementSettings,
	method: HttpRequest['method'],
	path: string,
	body?: object,
): HttpRequest {
	const url = `${managementBaseUrl}/${path}`;
	const headers = { authorization: `Bearer ${apiKey.reveal()}` };
	if (!body) return { method, url, headers };
	return {
		method,
		url,
		headers: { ...headers, 'content-type': 'application/json' },
		body: JSON.stringify(revealed(body)),
	};
}

export function readItem<T>(answer: HttpAnswer, item: z.ZodType<T>, asked: Asked): T {
	const { success, data } = item.safeParse(readRecord(answer.text));
	if (!success) throw managementUnreadable(answer, asked);
	return data;
}

export function isOk({ status }: HttpAnswer): boolean {
	return status >= 200 && status < 300;
}
