import * as z from 'zod/v4';
import { fromJson } from '../../base/data/json';
import { HttpFailure, type HttpAnswer, type Send } from '../../runpod/http/http';
import type { ContainerRegistrySettings } from '../settings/containerRegistryCredential';
import { challengeIn, type Challenge } from './challenge';

/** What a registry says of user name and password; untested: why it could not be asked, as a part of a sentence. */
export type RegistryLogin =
	{ tag: 'accepted' | 'refused'; host: string } | { tag: 'untested'; host: string; reason: string };

interface LoginPorts {
	send: Send;
	/** Cuts all requests. */
	signal?: AbortSignal;
}

type Verdict = { tag: 'accepted' | 'refused' } | { tag: 'untested'; reason: string };

const REFUSALS: readonly number[] = [400, 401, 403];

/** Logs in as `docker login` does: `GET /v2/`, then a token where the registry wants one. Costs and changes nothing. */
export async function registryLogin(
	settings: ContainerRegistrySettings,
	{ send, signal }: LoginPorts,
): Promise<RegistryLogin> {
	const { registry: host } = settings;
	const get = async (url: string, authorization?: string) =>
		await send({
			method: 'GET',
			url,
			headers: authorization === undefined ? {} : { authorization },
			...(signal && { signal }),
		});
	try {
		return { host, ...(await login(settings, get)) };
	} catch (error) {
		if (!(error instanceof HttpFailure)) throw error;
		return { host, ...untested(`it cannot be reached from n8n (${error.code})`) };
	}
}

type Get = (url: string, authorization?: string) => Promise<HttpAnswer>;

async function login(
	{ registry, username, password }: ContainerRegistrySettings,
	get: Get,
): Promise<Verdict> {
	const base = `https://${registry}/v2/`;
	const first = await get(base);
	if (first.status === 200) return untested('it asks for no login');
	if (first.status !== 401) return noRegistry(first);
	const challenge = challengeIn(first.wwwAuthenticate, registry);
	if ('reason' in challenge) return untested(challenge.reason);
	const basic = `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;
	if (challenge.tag === 'basic') return judged(await get(base, basic));
	const answer = await get(tokenUrl(challenge, username), basic);
	if (answer.status !== 200) return judged(answer);
	const { data: given } = tokenAnswer.safeParse(fromJson(answer.text));
	const token = given?.token ?? given?.access_token;
	if (token === undefined) return untested('it gives no token that can be read');
	return judged(await get(base, `Bearer ${token}`));
}

const header = z.string().regex(/^[\x21-\x7e]+$/);
const tokenAnswer = z.object({ token: header.optional(), access_token: header.optional() });

function tokenUrl(
	{ realm, service }: Extract<Challenge, { tag: 'token' }>,
	username: string,
): string {
	const url = new URL(realm);
	if (service !== undefined) url.searchParams.set('service', service);
	url.searchParams.set('account', username);
	return url.href;
}

function judged(answer: HttpAnswer): Verdict {
	if (answer.status === 200) return { tag: 'accepted' };
	return REFUSALS.includes(answer.status) ? { tag: 'refused' } : noRegistry(answer);
}

function noRegistry({ status }: HttpAnswer): Verdict {
	return untested(`it does not answer as a registry does (HTTP ${String(status)})`);
}

function untested(reason: string): Verdict {
	return { tag: 'untested', reason };
}
