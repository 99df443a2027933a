import type { Readable } from 'node:stream';
import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import { onAbort } from '../../base/async/abortListener';
import { LIMITS } from '../../base/async/timeLimits';
import type { Client } from '../client/client';
import { stoppedBefore } from '../client/faults';
import { request, type StorageRequest, type RequestContext } from '../client/openRequest';
import { PARTS_AT_ONCE, putStream } from './putStream';

/** An object on its way into the store. */
export interface Outgoing {
	key: string;
	content: Readable;
	/** The exact size. */
	sizeBytes: number;
	contentType: string;
}

/**
 * Streams an object in, by requests of one part each; what is cut leaves nothing behind.
 * @throws WanAvatarError STORAGE, STOPPED, INVALID_INPUT for content of another size
 */
export async function putObject(
	{ key, content, sizeBytes, contentType }: Outgoing,
	context: RequestContext,
): Promise<void> {
	const { bucket } = context.settings;
	const type = { 'Content-Type': contentType };
	const ask = async <T>(action: Partial<StorageRequest>, work: (client: Client) => Promise<T>) =>
		await request({ verb: 'write', key, ...action }, context, work);
	// Before somebody reads it an error would end the whole process.
	content.on('error', () => undefined);
	const release = onAbort(context.signal, () => {
		content.destroy(stoppedBefore({ verb: 'write', key }));
	});
	try {
		await putStream(content, sizeBytes, {
			whole: async (bytes) => {
				await ask({ fileBytes: bytes.length }, async (client) => {
					await client.putObject(bucket, key, bytes, bytes.length, { ...type });
				});
			},
			begin: async () =>
				await ask({}, async (client) => {
					return await client.initiateNewMultipartUpload(bucket, key, { ...type });
				}),
			part: async (uploadID, partNumber, { bytes, md5, signal }) => {
				const headers = { 'Content-MD5': md5 };
				const part = { bucketName: bucket, objectName: key, uploadID, partNumber, headers };
				// The line is shared with the others that are under way.
				const action = { verb: 'write', key, fileBytes: bytes.length * PARTS_AT_ONCE } as const;
				const joined = joinSignals([context.signal, signal]);
				try {
					const within = { ...context, signal: joined.signal };
					return await request(action, within, async (client) => {
						return await client.uploadPart(part, bytes);
					});
				} finally {
					joined.release();
				}
			},
			// The store puts the parts together before it answers.
			complete: async (id, parts) => {
				await ask({ isPatient: true }, async (client) => {
					await client.completeMultipartUpload(bucket, key, id, parts);
				});
			},
			abort: async (id) => {
				await abortUpload(id, key, context);
			},
		});
	} finally {
		release();
	}
}

/** Also after Stop; it is not waited for longer than a moment, and goes on. */
async function abortUpload(id: string, key: string, context: RequestContext): Promise<void> {
	const untied = { ...context, signal: undefined };
	const aborted = request({ verb: 'write', key }, untied, async (client) => {
		await client.abortMultipartUpload(context.settings.bucket, key, id);
	});
	await waitUnlessAborted(aborted, context.clock.timeout(LIMITS.graceMs));
}
