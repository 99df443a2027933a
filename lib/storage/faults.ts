import { WanAvatarError } from '../contract/errors';
import { codeOf, messageOf } from '../contract/foreignError';
import { cleanRemoteText } from '../contract/remoteText';
import type { StorageSettings } from './settings';

export function isAccessDenied(error: unknown): boolean {
	return codeOf(error) === 'AccessDenied';
}

// A HEAD has no body, so its 404 has no better code than this.
export function isMissing(error: unknown): boolean {
	return ['NoSuchKey', 'NotFound'].includes(codeOf(error) ?? '');
}

/** What went wrong with the object store, in plain words that name the field to correct. */
export function explainStorageFault(error: unknown, settings: StorageSettings): WanAvatarError {
	const server = `${settings.endPoint}:${String(settings.port)}`;
	const code = codeOf(error);
	const words = code === undefined ? undefined : knownFaults(settings, server).get(code);
	if (words) return new WanAvatarError('STORAGE', words.message, { remedy: words.remedy });
	const said = cleanRemoteText(messageOf(error));
	return new WanAvatarError(
		'STORAGE',
		`The object store at ${server} did not answer as MinIO does`,
		{
			remedy: `Check Endpoint, port and Use SSL in the MinIO API credential. It said: ${said}`,
		},
	);
}

interface Words {
	message: string;
	remedy: string;
}

function knownFaults({ bucket, useSSL }: StorageSettings, server: string): Map<string, Words> {
	const credential = 'in the MinIO API credential';
	const offline = {
		message: `No object store answers at ${server}`,
		remedy: `Check Endpoint and port ${credential}, and that the server is running and reachable from n8n.`,
	};
	const wrongSsl = {
		message: `The object store at ${server} does not speak ${useSSL ? 'HTTPS' : 'HTTP'}`,
		remedy: `Turn Use SSL ${useSSL ? 'off' : 'on'} ${credential}, or correct the port.`,
	};
	return new Map<string, Words>([
		[
			'NoSuchBucket',
			{
				message: `There is no bucket "${bucket}" at ${server}`,
				remedy: `Check Bucket ${credential}, or create the bucket.`,
			},
		],
		[
			'InvalidAccessKeyId',
			{
				message: 'The object store does not know the access key',
				remedy: `Check Access Key ${credential}.`,
			},
		],
		[
			'SignatureDoesNotMatch',
			{
				message: 'The secret key does not fit the access key',
				remedy: `Check Secret Key ${credential}: paste it again without spaces.`,
			},
		],
		[
			'AuthorizationHeaderMalformed',
			{
				message: 'The region is not the one of the object store',
				remedy: `Check Region ${credential}; MinIO's own default is us-east-1.`,
			},
		],
		[
			'RequestTimeTooSkewed',
			{
				message: 'The clocks of n8n and of the object store differ by more than 15 minutes',
				remedy: 'Set the clock of the machine that is wrong.',
			},
		],
		['ECONNREFUSED', offline],
		['ETIMEDOUT', offline],
		['EHOSTUNREACH', offline],
		[
			'ENOTFOUND',
			{ message: `There is no host named ${server}`, remedy: `Check Endpoint ${credential}.` },
		],
		[
			'EAI_AGAIN',
			{ message: `There is no host named ${server}`, remedy: `Check Endpoint ${credential}.` },
		],
		['EPROTO', wrongSsl],
		['ERR_SSL_WRONG_VERSION_NUMBER', wrongSsl],
		['ECONNRESET', wrongSsl],
	]);
}
