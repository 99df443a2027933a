import type { IExecuteFunctions } from 'n8n-workflow';
import { asksForRegistry } from '../../../fields/credentialChoice';
import { WanAvatarError } from '../../../../../lib/base/errors/errors';
import type { WorkerSettings } from '../../../../../lib/deployment/settings/workerSettings';
import type { ServerAddress } from '../../../../../lib/storage/client/minioCredential';

/** What the worker is told of its storage, and who may pull its image: from the node's credentials, each parsed once. */
export async function readWorkerCredentials(context: IExecuteFunctions): Promise<WorkerSettings> {
	return { ...(await readStorage(context)), ...(await readContainerRegistry(context)) };
}

type Puller = Pick<WorkerSettings, 'DOCKERHUB_USERNAME' | 'DOCKERHUB_PASSWORD'>;

async function readStorage(
	context: IExecuteFunctions,
): Promise<Omit<WorkerSettings, keyof Puller>> {
	if (!context.getNode().credentials?.minioApi) throw withoutStorage();
	const { parseStorageSettings } =
		await import('../../../../../lib/storage/client/minioCredential');
	const storage = parseStorageSettings(await context.getCredentials('minioApi', 0));
	// The worker runs elsewhere: an address inside this network is of no use to it.
	const address = storage.publicAddress ?? storage;
	return {
		MINIO_ENDPOINT: hostOf(address),
		MINIO_USE_SSL: address.useSSL,
		MINIO_ACCESS_KEY: storage.accessKey,
		MINIO_SECRET_KEY: storage.secretKey,
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

function withoutRegistry(): WanAvatarError {
	return new WanAvatarError(
		'INVALID_CREDENTIAL',
		'The node has no Container Registry API credential',
		{ remedy: 'Choose one, or turn off Private Image.' },
	);
}

/** For a public image. */
const NOBODY: Puller = { DOCKERHUB_USERNAME: undefined, DOCKERHUB_PASSWORD: undefined };

/** User name and password for a private image. */
async function readContainerRegistry(context: IExecuteFunctions): Promise<Puller> {
	if (!asksForRegistry(context.getNode())) return NOBODY;
	if (!context.getNode().credentials?.containerRegistryApi) throw withoutRegistry();
	const { parseContainerRegistry } =
		await import('../../../../../lib/deployment/settings/containerRegistryCredential');
	const credential = await context.getCredentials('containerRegistryApi', 0);
	const { username, password } = parseContainerRegistry(credential);
	return { DOCKERHUB_USERNAME: username, DOCKERHUB_PASSWORD: password };
}
