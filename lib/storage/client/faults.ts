import { AccessDenied, StoreRefusal } from '../../base/errors/accessDenied';
import { WanAvatarError } from '../../base/errors/errors';
import { codeOf, messageOf } from '../../base/errors/foreignError';
import { cleanRemoteText } from '../../base/data/remoteText';
import { secretsIn } from '../../base/data/secret';
import type { StorageSettings } from './minioCredential';
import { connectionFaults } from './connectionFaults';
import { CREDENTIAL, type StorageAction, type Words } from './faultWords';
import { refusals } from './refusals';
import { ANSWER_TOO_LARGE, NOT_AN_OBJECT_STORE, STORE_SILENT } from './transport';

export type { StorageAction };

export function isAccessDenied(error: unknown): boolean {
	return codeOf(error) === 'AccessDenied';
}

// A HEAD has no body, so its 404 has no better code than this.
export function isMissing(error: unknown): boolean {
	return ['NoSuchKey', 'NotFound'].includes(codeOf(error) ?? '');
}

/** An answer such as 429 or 503, after which the same request may do. */
export function isPassing(error: unknown): boolean {
	return passingStatusOf(messageOf(error)) !== undefined;
}

/** The connection ended before the whole answer had come; a server also closes idle ones just as they are used again. */
export function isConnectionLost(error: unknown): boolean {
	return ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');
}

const ANSWER_TOO_SLOW = 'ANSWER_TOO_SLOW';
const FILE_ENDED_EARLY = 'FILE_ENDED_EARLY';

/** The whole of a request took too long. */
export function tooSlowFault(limitMs: number): Error {
	return Object.assign(new Error(`${String(limitMs / 1000)} s`), { code: ANSWER_TOO_SLOW });
}

/** Less of a file came than there is of it; or more. */
export function endedEarlyFault(receivedBytes: number, sizeBytes: number | null): Error {
	const whole = sizeBytes === null ? '' : ` of ${String(sizeBytes)}`;
	return Object.assign(new Error(`${String(receivedBytes)}${whole}`), { code: FILE_ENDED_EARLY });
}

/** The signal of a request was aborted. */
export function stoppedBefore({ verb, key = '' }: StorageAction): WanAvatarError {
	const what = key === '' ? 'the bucket' : `"${key}"`;
	return new WanAvatarError(
		'STOPPED',
		`Stopped before the object store answered the request to ${verb} ${what}`,
		{ remedy: 'Nothing more is asked of it. Run the workflow again.' },
	);
}

// The client tells such an answer by its words alone.
function passingStatusOf(said: string): string | undefined {
	return /Retryable HTTP status: (\d+)/.exec(said)?.[1];
}

/** What went wrong with the object store, in plain words that name the field to correct; `status`: of its answer. */
export function explainStorageFault(
	error: unknown,
	settings: StorageSettings,
	action: StorageAction = { verb: 'read' },
	status = 0,
): WanAvatarError {
	if (error instanceof WanAvatarError) return error;
	const server = `${settings.endPoint}:${String(settings.port)}`;
	const clean = (text: string) => cleanRemoteText(text, secretsIn(settings));
	const said = clean(messageOf(error));
	const code = isOtherXml(said) ? NOT_AN_OBJECT_STORE : (codeOf(error) ?? '');
	const words =
		connectionFaults(settings, server, said).get(code) ??
		limitFaults(server, said, action).get(code) ??
		refusals(settings, server, action).get(code) ??
		otherFault(clean(code), said, server);
	const { message, remedy } = words;
	if (isAccessDenied(error)) return new AccessDenied(message, { remedy });
	if (REFUSED.includes(status)) return new StoreRefusal(message, { remedy });
	return new WanAvatarError('STORAGE', message, { remedy });
}

const REFUSED: readonly number[] = [401, 403];

// The client's words for an answer that is no list.
function isOtherXml(said: string): boolean {
	return said.startsWith('Missing tag: "ListBucketResult"');
}

/** An answer did not come to its end as it should. */
function limitFaults(
	server: string,
	said: string,
	{ verb, key = '' }: StorageAction,
): Map<string, Words> {
	const what = key === '' ? verb : `${verb} "${key}"`;
	const remedy = `Check that it and the network to it are well, and Endpoint and port ${CREDENTIAL}. Then try again.`;
	return new Map([
		[
			STORE_SILENT,
			{
				message: `The object store at ${server} was silent for ${said} when it was to ${what}`,
				remedy,
			},
		],
		[
			ANSWER_TOO_SLOW,
			{
				message: `The object store at ${server} took more than ${said} to ${what}`,
				remedy,
			},
		],
		[
			ANSWER_TOO_LARGE,
			{
				message: `The object store at ${server} answered with more than ${said} when it was to ${what}`,
				remedy: `Check Endpoint and port ${CREDENTIAL}: no object store answers so.`,
			},
		],
		[
			FILE_ENDED_EARLY,
			{
				message: `The object store at ${server} gave ${said} bytes of "${key}" and then ended`,
				remedy:
					'Nothing of it is given out. Try again; if it always does so, look at the object, and for a proxy before the store.',
			},
		],
	]);
}

function otherFault(code: string, said: string, server: string): Words {
	const status = passingStatusOf(said);
	if (status !== undefined)
		return {
			message: `The object store at ${server} answers with HTTP ${status}`,
			remedy: 'It or a proxy before it is in trouble. Try again later.',
		};
	// The store's own codes are words; those of Node are in capitals.
	if (/^[A-Z][a-z]/.test(code))
		return {
			message: `The object store at ${server} refused: ${said}`,
			remedy: `It gave the code ${code}.`,
		};
	return {
		message: `The object store at ${server} did not answer as MinIO does`,
		remedy: `Check Endpoint, port and Use SSL ${CREDENTIAL}. It said: ${said}`,
	};
}
