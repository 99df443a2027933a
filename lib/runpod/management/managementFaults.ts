import { WanAvatarError } from '../../base/errors/errors';
import { faultText } from '../http/answer';
import type { HttpAnswer, HttpFailure } from '../http/http';

/** A request to the management API, in words: `create the template wan-avatar-template`. */
export interface Asked {
	what: string;
	/** Values that must not be shown, also where RunPod says them back. */
	secrets: readonly string[];
	/** Which right of a key it takes, where that is not plain. */
	right?: string;
}

/** An answer that says no; nothing was changed by the request. */
export function managementRefusal(answer: HttpAnswer, asked: Asked): WanAvatarError {
	return refusalOf(answer.status, saidBy(answer, asked), asked);
}

/** The same of what was said with the meaning of this status: GraphQL says no with 200. */
export function refusalOf(status: number, said: string, asked: Asked): WanAvatarError {
	const message = `RunPod did not ${asked.what}`;
	switch (status) {
		case 401:
			return new WanAvatarError('UNAUTHORIZED', `${message}: the API key is not accepted`, {
				remedy: `Check the RunPod API key: it may be mistyped or revoked. RunPod said ${said}.`,
			});
		case 403:
			return new WanAvatarError('FORBIDDEN', `${message}: the API key may not do that`, {
				remedy: `Give the key ${asked.right ?? 'that right'} in RunPod's settings, or use another key. RunPod said ${said}.`,
			});
		case 404:
			return new WanAvatarError('NOT_FOUND', `${message}: it does not know it`, {
				remedy: `It may have been deleted, or belong to another account. RunPod said ${said}.`,
			});
		case 429:
			return new WanAvatarError('RATE_LIMITED', `${message}: too many requests were sent`, {
				remedy: 'Try again in a few minutes (HTTP 429).',
			});
		default:
			return new WanAvatarError('REQUEST_REJECTED', `${message}: ${said}`, {
				remedy: 'Correct what RunPod names, then run it again.',
			});
	}
}

/** No answer, or one that is a fault of the server: a change may or may not have taken effect. */
export function changeUnknown(what: string, asked: Asked): WanAvatarError {
	return new WanAvatarError(
		'CHANGE_UNKNOWN',
		`RunPod gave no clear answer when asked to ${asked.what} (${what})`,
		{ remedy: 'It may or may not have happened: run it again, which looks first.' },
	);
}

export function managementUnreachable(
	{ code }: HttpFailure,
	url: string,
	{ what }: Asked,
): WanAvatarError {
	const { host } = new URL(url);
	return new WanAvatarError('UNREACHABLE', `No connection to RunPod at ${host} to ${what}`, {
		remedy: `Check the management API base URL, and whether this machine may reach the internet (proxy, firewall). Code: ${code}.`,
	});
}

export function managementUnreadable(answer: HttpAnswer, asked: Asked): WanAvatarError {
	return new WanAvatarError(
		'UNREADABLE_ANSWER',
		`RunPod gave an answer that cannot be read when asked to ${asked.what}`,
		{ remedy: `Try again in a minute. It said ${saidBy(answer, asked)}.` },
	);
}

export function listTooLong(why: string, { what }: Asked): WanAvatarError {
	return new WanAvatarError(
		'UNREADABLE_ANSWER',
		`RunPod's answer does not end when asked to ${what}: ${why}`,
		{ remedy: 'This is a fault of RunPod, or of what stands between: try again in some minutes.' },
	);
}

export function stoppedBefore({ what }: Pick<Asked, 'what'>): WanAvatarError {
	return new WanAvatarError('STOPPED', `Stopped before RunPod was asked to ${what}`, {
		remedy: 'Run it again to go on.',
	});
}

export function stoppedWhile({ what }: Pick<Asked, 'what'>): WanAvatarError {
	return new WanAvatarError('STOPPED', `Stopped while RunPod was asked to ${what}`, {
		remedy: 'Run it again to go on.',
	});
}

/** Purging again is not harmless: jobs that were submitted since would go too. */
export function purgeUnknown(what: string, endpointId: string): WanAvatarError {
	return new WanAvatarError(
		'CHANGE_UNKNOWN',
		`RunPod gave no clear answer when asked to purge the queue of the endpoint ${endpointId} (${what})`,
		{
			remedy:
				'The jobs that waited may or may not have been removed, and it was not sent again, since that would remove newer jobs too. Look at the jobs in the queue with Get Health, then purge again if they are still there.',
			details: { endpoint_id: endpointId },
		},
	);
}

/** What an answer says, without the secrets that were sent. */
export function saidBy(answer: HttpAnswer, { secrets }: Asked): string {
	return faultText(answer, secrets);
}
