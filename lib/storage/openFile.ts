import { contentLengthOf, etagOf } from './answer';
import type { ObjectFacts, StoredFile } from './bucket';
import { checkedStream } from './checkedStream';
import { headersOf } from './message';
import { OpenRequest, type RequestContext } from './openRequest';

/**
 * The request is under way until the stream is closed. `known`, from a look before: what must come.
 * @throws WanAvatarError STORAGE, STOPPED; so does the stream
 */
export async function openFile(
	key: string,
	known: ObjectFacts | undefined,
	context: RequestContext,
): Promise<StoredFile> {
	const fileBytes = known?.sizeBytes ?? 0;
	const request = await OpenRequest.open({ verb: 'read', key, fileBytes }, context);
	try {
		const source = await request.make(
			async (client) => await client.getObject(context.settings.bucket, key),
		);
		const { 'content-type': contentType = null } = headersOf(source);
		const length = contentLengthOf(source);
		// What was put in its place since then has a size of its own.
		const isKnown = known !== undefined && ['', known.etag].includes(etagOf(source));
		const sizeBytes = isKnown ? known.sizeBytes : length;
		request.allow(sizeBytes ?? MAX_UNKNOWN_BYTES);
		const explain = (error: unknown) => request.explain(error);
		const onClose = () => {
			request.end();
		};
		const content = checkedStream({ source, sizeBytes, explain, onClose });
		return { content, contentType, sizeBytes };
	} catch (error) {
		request.end();
		throw error;
	}
}

// For the time that a file may take whose size nobody tells.
const MAX_UNKNOWN_BYTES = 2 * 1024 * 1024 * 1024;
