import * as z from 'zod/v4';
import { WanAvatarError } from '../../base/errors/errors';
import { filledField as filled, textOfField as text } from '../../base/data/text';
import { Secret } from '../../base/data/secret';
import { secretFields } from '../../base/data/secretFields';

/** Where a server is: as the MinIO client wants it. */
export interface ServerAddress {
	endPoint: string;
	port: number;
	useSSL: boolean;
}

export interface StorageSettings extends ServerAddress {
	region: string;
	accessKey: Secret;
	secretKey: Secret;
	bucket: string;
	/** The address that presigned URLs are signed for, where it differs from the one n8n uses. */
	publicAddress?: ServerAddress;
	/** PEM of the CA, or of the server's own certificate, where no public CA vouches for it. */
	caCertificate?: string;
	/** HTTPS without looking at the certificate. */
	allowInsecureTls: boolean;
}

const DEFAULT_REGION = 'us-east-1';

const credential = z.object({
	endpoint: filled('Endpoint'),
	useSSL: z.boolean().catch(true),
	region: text.transform((value) => (value === '' ? DEFAULT_REGION : value)),
	accessKey: filled('Access Key').transform((value) => new Secret(value)),
	secretKey: filled('Secret Key').transform((value) => new Secret(value)),
	bucket: filled('Bucket').refine(
		(name) => name === '' || /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name),
		{
			message:
				'Bucket must be the name of a bucket: 3 to 63 small letters, digits, dots and hyphens',
		},
	),
	publicEndpoint: text,
	caCertificate: text.transform(certificatesOf).refine((pem) => pem !== '', {
		message:
			'CA Certificate must hold a certificate in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
	}),
	allowInsecureTls: z.boolean().catch(false),
});

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/g;

/** Every certificate of a pasted text, whose line ends forms may have eaten; nothing when no text is given. */
function certificatesOf(pasted: string): string | undefined {
	if (pasted === '') return undefined;
	const found = [...pasted.replaceAll('\\n', '\n').matchAll(CERTIFICATE)];
	return found.map(([, body = '']) => certificateOf(body)).join('\n');
}

function certificateOf(body: string): string {
	const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
	return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}

/**
 * Reads the data of a *MinIO API* credential.
 * @throws WanAvatarError INVALID_CREDENTIAL naming the field
 */
export function parseStorageSettings(data: unknown): StorageSettings {
	const parsed = credential.safeParse(data);
	if (!parsed.success) throw invalid(parsed.error.issues.map(({ message }) => message).join('; '));
	const { endpoint, useSSL, publicEndpoint, caCertificate, ...rest } = parsed.data;
	const settings = {
		...rest,
		...(caCertificate === undefined ? {} : { caCertificate }),
		...parseServerAddress('Endpoint', endpoint, useSSL),
	};
	if (publicEndpoint === '') return settings;
	const publicAddress = parseServerAddress('Public Endpoint', publicEndpoint, useSSL);
	return { ...settings, publicAddress };
}

/**
 * What no message may show of such data, also where it is malformed. The access key is not among it: it is a name, which
 * job IDs and object keys may rightly hold.
 */
export function storageSecrets(data: unknown): Secret[] {
	return secretFields(credential.omit({ accessKey: true }).shape, data);
}

const CLIENT_HOST = /^[a-z\d]([\w.-]*[a-z\d.])?$/i;

/** Understands `host`, `host:port` and a pasted `https://host:port/`; a pasted scheme decides about SSL. */
function parseServerAddress(name: string, endpoint: string, useSSL: boolean): ServerAddress {
	const hasScheme = /^[a-z]+:\/\//i.test(endpoint);
	const url = hasScheme ? endpoint : `${useSSL ? 'https' : 'http'}://${endpoint}`;
	if (!URL.canParse(url) || !/^https?:/i.test(url))
		throw invalid(`${name} must be a host such as minio.example.com or minio.example.com:9000`);
	const { hostname, port, protocol, pathname, search, hash, username } = new URL(url);
	if (pathname !== '/' || search !== '' || hash !== '')
		throw invalid(`${name} must be the host alone: remove "${pathname}${search}${hash}" after it`);
	if (username !== '')
		throw invalid(`${name} must be the host alone: remove the user name before it`);
	if (!CLIENT_HOST.test(hostname))
		throw invalid(
			`${name} must be a name or an IPv4 address such as 192.0.2.1, which is all that the S3 client takes`,
		);
	if (port === '0') throw invalid(`${name} must not have port 0, on which nothing listens`);
	const isSSL = protocol === 'https:';
	return {
		endPoint: hostname,
		port: port === '' ? (isSSL ? 443 : 80) : Number(port),
		useSSL: isSSL,
	};
}

function invalid(message: string): WanAvatarError {
	return new WanAvatarError('INVALID_CREDENTIAL', `MinIO credential: ${message}`, {
		remedy: 'Open the MinIO API credential of this node and correct it.',
	});
}
