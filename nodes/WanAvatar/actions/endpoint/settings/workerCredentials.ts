import type { IExecuteFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../../../../lib/base/errors/errors';
import type { VariableName } from '../../../../../lib/deployment/settings/variables';
import type { ServerAddress } from '../../../../../lib/storage/client/minioCredential';

type Variables = Partial<Record<VariableName, unknown>>;

/** The MinIO settings of the worker, from the node's MinIO credential. */
export async function readWorkerStorage(context: IExecuteFunctions): Promise<Variables> {
	if (!context.getNode().credentials?.minioApi) throw withoutStorage();
	const { parseStorageSettings } =
		await import('../../../../../lib/storage/client/minioCredential');
	const storage = parseStorageSettings(await context.getCredentials('minioApi', 0));
	// The worker runs elsewhere: an address inside this network is of no use to it.
	const address = storage.publicAddress ?? storage;
	return {
		MINIO_ENDPOINT: hostOf(address),
		MINIO_USE_SSL: address.useSSL,
		MINIO_ACCESS_KEY: storage.accessKey.reveal(),
		MINIO_SECRET_KEY: storage.secretKey.reveal(),
		MINIO_BUCKET: storage.bucket,
	};
}

function hostOf({ endPoint, port, useSSL }: ServerAddress): string {
	return port === (useSSL ? 443 : 80) ? endPoint : `${endPoint}:${String(port)}`;
}

function withoutStorage(): WanAvatarError {
	return new WanAvatarError('INVALID_CREDENTIAL', 'The node has no MinIO API credential', {
		remedy: 'Add one: the worker reads its inputs from that bucket and stores its videos there.',
	});
}

/** User name and password for a private image, where the node has them. */
export async function readContainerRegistry(context: IExecuteFunctions): Promise<Variables> {
	if (!context.getNode().credentials?.containerRegistryApi) return {};
	const { username, password } = await context.getCredentials('containerRegistryApi', 0);
	return { DOCKERHUB_USERNAME: username, DOCKERHUB_PASSWORD: password };
}
