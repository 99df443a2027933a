import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { waitUnlessAborted } from '../../../lib/base/async/abort';
import { StoreRefusal } from '../../../lib/base/errors/accessDenied';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { cutOnStop, stoppedWhileCopying } from '../../../lib/base/async/stop';
import { settle } from '../../../lib/base/errors/settled';
import type { Bucket } from '../../../lib/storage/objects/bucket';

/** The keys of the files that are wanted. */
export interface WantedFiles {
	video: string | null;
	/** Of the video, where it was looked at before. */
	videoBytes?: number | null;
	/** Whether they are of a result that is paid for. */
	isPaid: boolean;
	thumbnail: string | null;
}

export interface StoredFiles {
	binary: IBinaryKeyData;
	/** Which of them were left out and why, in sentences. */
	warnings: string[];
}

/**
 * The files of a result that are wanted and there, by binary field; one stream at a time. The signal cuts the copies.
 * What the store refuses is left out of a paid result, and a thumbnail that cannot be had.
 * @throws WanAvatarError STORAGE, STOPPED
 */
export async function storedFiles(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	{ video, videoBytes = null, thumbnail, isPaid }: WantedFiles,
	signal: AbortSignal | undefined,
): Promise<StoredFiles> {
	const binary: IBinaryKeyData = {};
	const warnings: string[] = [];
	const copy = async (field: Field, key: string | null, sizeBytes: number | null) => {
		if (key === null) return;
		const file = await settle(storedFile(context, bucket, { key, sizeBytes }, signal));
		if ('value' in file) binary[field] = file.value;
		else warnings.push(lossText(field, file.error, isPaid));
	};
	await copy('video', video, videoBytes);
	await copy('thumbnail', thumbnail, null);
	return { binary, warnings };
}

type Field = 'video' | 'thumbnail';

/** @throws the error, where the file is what the item is about */
function lossText(field: Field, error: unknown, isPaid: boolean): string {
	if (!(error instanceof WanAvatarError)) throw error;
	const isRefused = error instanceof StoreRefusal;
	const isPaidThumbnail = isPaid && field === 'thumbnail' && error.code === 'STORAGE';
	const isBearable = isPaidThumbnail || (isRefused && (isPaid || field === 'thumbnail'));
	if (!isBearable) throw error;
	return `The ${field} was not downloaded: ${error.message}.`;
}

/**
 * Streams an object of the bucket into a binary file of n8n, under the name that its key ends with.
 * @throws WanAvatarError STORAGE, STOPPED: n8n keeps nothing of a file that did not come whole
 */
async function storedFile(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	{ key, sizeBytes }: { key: string; sizeBytes: number | null },
	signal: AbortSignal | undefined,
): Promise<IBinaryData> {
	const { contentTypeOf, fileNameOf } = await import('../../../lib/storage/objects/fileName');
	const { content, contentType } = await bucket.getStream(key, sizeBytes);
	const mimeType = contentTypeOf(key) ?? contentType ?? 'application/octet-stream';
	const cut = cutOnStop(content, signal);
	try {
		const prepared = context.helpers.prepareBinaryData(cut, fileNameOf(key), mimeType);
		return await waitUnlessAborted(prepared, signal);
	} catch (error) {
		// n8n may say it in its own words.
		throw cut.errored ?? (signal?.aborted ? stoppedWhileCopying() : error);
	}
}
