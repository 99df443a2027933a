import type { Client } from 'minio';
import type { ServerAddress, StorageSettings } from './settings';
import { explainStorageFault, isAccessDenied } from './faults';

/** S3's limit on the life of a presigned URL. */
export const MAX_LINK_EXPIRY_SECONDS = 7 * 24 * 3600;

/** The worker's bucket, made narrow: only what this package does with it. */
export interface Bucket {
	/** A link that opens without a key for `expirySeconds`; made here, without asking the server. */
	presignGet: (key: string, expirySeconds: number) => Promise<string>;
	/**
	 * Sends one signed request, which costs nothing.
	 * @returns what is worth a note though the credential is good
	 * @throws WanAvatarError STORAGE in plain words
	 */
	check: () => Promise<{ note?: string }>;
}

export function createBucket(settings: StorageSettings): Bucket {
	const { bucket, publicAddress } = settings;
	return {
		presignGet: async (key, expirySeconds) => {
			const client = await connect(settings, publicAddress ?? settings);
			return await client.presignedGetObject(bucket, key, expirySeconds);
		},
		check: async () => {
			const client = await connect(settings, settings);
			try {
				await client.listObjectsV2Query(bucket, '', '', '', 1, '');
				return {};
			} catch (error) {
				if (isAccessDenied(error)) return { note: NO_LISTING };
				throw explainStorageFault(error, settings);
			}
		},
	};
}

const NO_LISTING = 'The keys are right. They may not list the bucket, which is not needed.';

// A known region keeps the client from asking the server for it.
async function connect(
	{ region, accessKey, secretKey }: StorageSettings,
	{ endPoint, port, useSSL }: ServerAddress,
): Promise<Client> {
	const minio = await import('minio');
	return new minio.Client({ endPoint, port, useSSL, region, accessKey, secretKey });
}
