import { AccessDenied, StoreRefusal } from '../../base/errors/accessDenied';
import { WanAvatarError } from '../../base/errors/errors';
import { codeOf, messageOf } from '../../base/errors/foreignError';
import { cleanRemoteText } from '../../base/data/remoteText';
import { secretsIn } from '../../base/data/secret';
import type { StorageSettings } from './minioCredential';
import { ANSWER_TOO_LARGE, NEEDS_HTTPS, NOT_AN_OBJECT_STORE, STORE_SILENT } from './transport';

/** What was to be done when it went wrong, and with what. */
export interface Deed {
	verb: 'list' | 'read' | 'write' | 'delete';
	/** Of the object, or what the keys of the list begin with. */
	key?: string;
}

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
export function stoppedBefore({ verb, key = '' }: Deed): WanAvatarError {
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
	deed: Deed = { verb: 'read' },
	status = 0,
): WanAvatarError {
	if (error instanceof WanAvatarError) return error;
	const server = `${settings.endPoint}:${String(settings.port)}`;
	const said = cleanRemoteText(messageOf(error), secretsIn(settings));
	const code = codeOf(error) ?? '';
	const words =
		connectionFaults(settings, server, said).get(code) ??
		limitFaults(server, said, deed).get(code) ??
		refusals(settings, server, deed).get(code) ??
		otherFault(code, said, server);
	const { message, remedy } = words;
	if (isAccessDenied(error)) return new AccessDenied(message, { remedy });
	if (REFUSED.includes(status)) return new StoreRefusal(message, { remedy });
	return new WanAvatarError('STORAGE', message, { remedy });
}

const REFUSED: readonly number[] = [401, 403];

interface Words {
	message: string;
	remedy: string;
}

const CREDENTIAL = 'in the MinIO API credential';

/** No object store was reached. */
function connectionFaults(
	{ useSSL }: StorageSettings,
	server: string,
	said: string,
): Map<string, Words> {
	const offline = {
		message: `No object store answers at ${server}`,
		remedy: `Check Endpoint and port ${CREDENTIAL}, and that the server is running and reachable from n8n.`,
	};
	const noHost = {
		message: `There is no host named ${server}`,
		remedy: `Check Endpoint ${CREDENTIAL}.`,
	};
	const wrongSsl = {
		message: `The object store at ${server} does not speak ${useSSL ? 'HTTPS' : 'HTTP'}`,
		remedy: `Turn Use SSL ${useSSL ? 'off' : 'on'} ${CREDENTIAL}, or correct the port.`,
	};
	const needsHttps = {
		message: `The object store at ${server} speaks HTTPS, and was asked by HTTP`,
		remedy: `Turn Use SSL on ${CREDENTIAL}.`,
	};
	const stranger = {
		message: `What answers at ${server} is not an object store (${said})`,
		remedy: `Check Endpoint and port ${CREDENTIAL}: MinIO has one port for S3, often 9000, and another one for its console, often 9001.`,
	};
	const cut = {
		message: `The object store at ${server} ended the connection without an answer`,
		remedy: useSSL
			? `Try again. If it always does so, check Endpoint, port and Use SSL ${CREDENTIAL}.`
			: `If it speaks HTTPS, turn Use SSL on ${CREDENTIAL}. Otherwise try again.`,
	};
	const pairs: [string, Words][] = [
		['ECONNREFUSED', offline],
		['ETIMEDOUT', offline],
		['EHOSTUNREACH', offline],
		['ENETUNREACH', offline],
		['ENOTFOUND', noHost],
		['EAI_AGAIN', noHost],
		['EPROTO', wrongSsl],
		['ERR_SSL_WRONG_VERSION_NUMBER', wrongSsl],
		['ERR_SSL_PACKET_LENGTH_TOO_LONG', wrongSsl],
		['ECONNRESET', cut],
		['EPIPE', cut],
		[NEEDS_HTTPS, needsHttps],
		[NOT_AN_OBJECT_STORE, stranger],
	];
	return new Map([...pairs, ...certificateFaults(server)]);
}

/** An answer did not come to its end as it should. */
function limitFaults(server: string, said: string, { verb, key = '' }: Deed): Map<string, Words> {
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

function certificateFaults(server: string): [string, Words][] {
	const untrusted = {
		message: `The certificate of ${server} is not signed by a CA that n8n trusts`,
		remedy: `Paste the CA's certificate into CA Certificate ${CREDENTIAL}.`,
	};
	const ofAnother = {
		message: `The certificate of ${server} is for another host name`,
		remedy: `Check Endpoint ${CREDENTIAL}: it must be a name that the certificate holds.`,
	};
	const outOfDate = {
		message: `The certificate of ${server} has expired or does not count yet`,
		remedy: "Renew the server's certificate, or set the clock of n8n's machine.",
	};
	return [
		['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
		['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
		['UNABLE_TO_GET_ISSUER_CERT', untrusted],
		['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
		['ERR_TLS_CERT_ALTNAME_INVALID', ofAnother],
		['CERT_HAS_EXPIRED', outOfDate],
		['CERT_NOT_YET_VALID', outOfDate],
	];
}

/** The object store answered, with a code of its own. */
function refusals({ bucket }: StorageSettings, server: string, deed: Deed): Map<string, Words> {
	const noObject = {
		message: `There is no object "${deed.key ?? ''}" in bucket ${bucket}`,
		remedy: 'Check the key: it is written with its folders, without the bucket and a first slash.',
	};
	const pairs: [string, Words][] = [
		['AccessDenied', deniedWords(bucket, deed)],
		['NoSuchKey', noObject],
		['NotFound', noObject],
		[
			'NoSuchBucket',
			{
				message: `There is no bucket "${bucket}" at ${server}`,
				remedy: `Check Bucket ${CREDENTIAL}, or create the bucket.`,
			},
		],
		[
			'InvalidAccessKeyId',
			{
				message: 'The object store does not know the access key',
				remedy: `Check Access Key ${CREDENTIAL}.`,
			},
		],
		[
			'SignatureDoesNotMatch',
			{
				message: 'The secret key does not fit the access key',
				remedy: `Check Secret Key ${CREDENTIAL}: paste it again without spaces.`,
			},
		],
		[
			'AuthorizationHeaderMalformed',
			{
				message: 'The region is not the one of the object store',
				remedy: `Check Region ${CREDENTIAL}; MinIO's own default is us-east-1.`,
			},
		],
		[
			'RequestTimeTooSkewed',
			{
				message: 'The clocks of n8n and of the object store differ by more than 15 minutes',
				remedy: 'Set the clock of the machine that is wrong.',
			},
		],
	];
	return new Map([...pairs, ...fullFaults(bucket, server)]);
}

/** There is no room for what was to be written. */
function fullFaults(bucket: string, server: string): [string, Words][] {
	const full = {
		message: `The object store at ${server} is full`,
		remedy: 'Delete what is not needed, or give it more disks. Then try again.',
	};
	const overQuota = {
		message: `Bucket ${bucket} has reached its quota`,
		remedy: 'Delete what is not needed in it, or raise its quota. Then try again.',
	};
	return [
		['XMinioStorageFull', full],
		['InsufficientStorage', full],
		['QuotaExceeded', overQuota],
		['XMinioAdminBucketQuotaExceeded', overQuota],
	];
}

const PERMISSIONS = {
	list: 's3:ListBucket',
	read: 's3:GetObject',
	write: 's3:PutObject',
	delete: 's3:DeleteObject',
};

const BESIDES: Partial<Record<Deed['verb'], string>> = {
	list: ' Without it, give IDs and paths by hand.',
	read: ' A key that may not list (s3:ListBucket) is told the same of what is not there.',
};

function deniedWords(bucket: string, { verb, key = '' }: Deed): Words {
	const what = verb === 'list' ? `bucket ${bucket}` : `"${key}" in bucket ${bucket}`;
	return {
		message: `The access key may not ${verb} ${what}`,
		remedy: `Give it a policy that allows ${PERMISSIONS[verb]}.${BESIDES[verb] ?? ''}`,
	};
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
