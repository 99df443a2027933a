import { createMasker } from '../../base/data/maskSecrets';
import { secretsIn } from '../../base/data/secret';
import { bytesFrom, etagOf, lastModifiedMsOf, MAX_TEXT_BYTES, textOf } from '../client/answer';
import { bytesLimit, pageLimit } from '../client/answerLimit';
import { createClient, type Client } from '../client/client';
import { isAccessDenied, isMissing } from '../client/faults';
import type { Bucket } from './bucket';
import { openFile } from './openFile';
import {
	request,
	STORAGE_LIMITS,
	type StorageRequest,
	type OpenRequest,
	type RequestContext,
	type RequestLimits,
	type StorageClock,
} from '../client/openRequest';
import { pageOf, pageSizeOf } from './page';
import { putObject } from './putObject';
import { statPatiently } from './secondLook';
import { savedAs } from './savedAs';
import type { StorageSettings } from '../client/minioCredential';
import { measureObject, statObject } from './statObject';
import { writeWhole } from './writeWhole';

export interface BucketOptions {
	/** Cuts all requests: Stop. */
	signal?: AbortSignal | undefined;
	/** Shorter ones, for tests. */
	limits?: Partial<RequestLimits>;
}

/**
 * A request that a store in trouble refuses is made once more after a pause; so is a read that lost its connection. At
 * most 32 requests to one server are under way at once.
 */
export function createBucket(
	settings: StorageSettings,
	clock: StorageClock,
	{ signal, limits = {} }: BucketOptions = {},
): Bucket {
	return bucketOf({ settings, clock, signal, limits: { ...STORAGE_LIMITS, ...limits } });
}

/** `views`: those by their signals, which many notes at about the same time share. */
function bucketOf(context: RequestContext, views = new WeakMap<AbortSignal, Bucket>()): Bucket {
	const { bucket } = context.settings;
	const ask = async <T>(
		action: StorageRequest,
		work: (client: Client, request: OpenRequest) => Promise<T>,
	): Promise<T> => await request(action, context, work);
	let signer: Promise<Client> | undefined;
	const mask = createMasker(secretsIn(context.settings));
	// A server may say in it what it was sent.
	const shown = (etag: string) => mask(etag, MAX_ETAG_LENGTH);

	const stat: Bucket['stat'] = async (key) => await statObject(key, context, shown);

	return {
		name: bucket,
		within: (signal) => {
			const view = views.get(signal) ?? bucketOf({ ...context, signal }, views);
			views.set(signal, view);
			return view;
		},
		presignGet: async (key, expirySeconds, { signedAtMs, downloadName } = {}) => {
			const { settings } = context;
			signer ??= createClient(settings, settings.publicAddress ?? settings);
			const client = await signer;
			const headers = downloadName === undefined ? {} : savedAs(downloadName);
			const signedAt = signedAtMs === undefined ? new Date() : new Date(signedAtMs);
			return await client.presignedGetObject(bucket, key, expirySeconds, headers, signedAt);
		},
		listPage: async (page = {}) => {
			const { prefix = '', after = '', delimiter = '' } = page;
			const size = pageSizeOf(page);
			return await ask({ verb: 'list', key: prefix, limit: pageLimit(size) }, async (client) => {
				const query = [bucket, prefix, '', delimiter, size, after] as const;
				const { objects, ...rest } = pageOf(await client.listObjectsV2Query(...query), page);
				return { ...rest, objects: objects.map((one) => ({ ...one, etag: shown(one.etag) })) };
			});
		},
		getRange: async (key, offset, lengthBytes) =>
			await ask({ verb: 'read', key, limit: bytesLimit(lengthBytes) }, async (client) => {
				if (lengthBytes === 0) return new Uint8Array();
				const part = await client.getPartialObject(bucket, key, offset, lengthBytes);
				return await bytesFrom(part, lengthBytes);
			}),
		getStream: async (key, sizeBytes = null) =>
			await openFile({ key, sizeBytes, stat: async () => await stat(key) }, context),
		stat,
		statPatiently: async (key) => await statPatiently(key, stat, context),
		measure: async (key) => await measureObject(key, context),
		put: async (key, content, sizeBytes, contentType) => {
			await putObject({ key, content, sizeBytes, contentType }, context);
		},
		putBytes: async (key, bytes, contentType, condition) =>
			await ask({ verb: 'write', key, fileBytes: bytes.length }, async (client, request) => {
				return await writeWhole(client, request, { bucket, key, bytes, contentType, condition });
			}),
		putText: async (key, text, contentType, condition) =>
			await ask({ verb: 'write', key }, async (client, request) => {
				const bytes = Buffer.from(text);
				try {
					return await writeWhole(client, request, { bucket, key, bytes, contentType, condition });
				} catch (error) {
					if (isAccessDenied(error)) return 'denied';
					throw error;
				}
			}),
		getText: async (key) =>
			await ask({ verb: 'read', key, limit: bytesLimit(MAX_TEXT_BYTES) }, async (client) => {
				try {
					const stream = await client.getObject(bucket, key);
					const lastModifiedMs = lastModifiedMsOf(stream);
					const etag = etagOf(stream);
					return { tag: 'there', text: await textOf(stream), etag, lastModifiedMs };
				} catch (error) {
					if (isMissing(error)) return { tag: 'missing' };
					if (isAccessDenied(error)) return { tag: 'denied' };
					throw error;
				}
			}),
		remove: async (key) =>
			await ask({ verb: 'delete', key }, async (client) => {
				try {
					await client.removeObject(bucket, key);
					return true;
				} catch (error) {
					if (isMissing(error)) return true;
					if (isAccessDenied(error)) return false;
					throw error;
				}
			}),
		check: async () =>
			await ask({ verb: 'list' }, async (client) => {
				try {
					await client.listObjectsV2Query(bucket, '', '', '', 1, '');
					return { mayList: true };
				} catch (error) {
					if (isAccessDenied(error)) return { mayList: false };
					throw error;
				}
			}),
	};
}

const MAX_ETAG_LENGTH = 1024;
