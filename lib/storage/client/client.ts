import type { Client } from 'minio';
import type { ServerAddress, StorageSettings } from './minioCredential';
import type { Transport } from './transport';

export type { Client };

let loading: Promise<typeof import('minio')> | undefined;

/** A client of the MinIO package, which costs little: each request has one of its own, with its own limits. */
export async function createClient(
	{ region, accessKey, secretKey }: StorageSettings,
	{ endPoint, port, useSSL }: ServerAddress,
	transport?: Transport,
): Promise<Client> {
	const minio = await (loading ??= import('minio'));
	// A known region keeps the client from asking the server for it.
	const server = { endPoint, port, useSSL, region };
	// It would say on the console that it repeats a request.
	const retryOptions = { disableRetry: true };
	return new minio.Client({
		...server,
		accessKey: accessKey.reveal(),
		secretKey: secretKey.reveal(),
		retryOptions,
		...transport,
	});
}
