import { contentLengthOf, etagOf } from '../client/answer';
import type { ObjectFacts, Stat, StoredFile } from './bucket';
import { checkedStream } from '../client/checkedStream';
import { headersOf } from '../client/message';
import { OpenRequest, type RequestContext } from '../client/openRequest';

/** A file to be read, of which only the whole will do. */
export interface WantedFile {
	key: string;
	/** From a look before; null where there was none. */
	sizeBytes: number | null;
	/** Looks at it now. */
	stat: () => Promise<Stat>;
}

/**
 * The request is under way until the stream is closed. What was put in the place of the file between the look at it and
 * its opening is looked at and opened once more.
 * @throws WanAvatarError STORAGE, STOPPED; so does the stream
 */
export async function openFile(wanted: WantedFile, context: RequestContext): Promise<StoredFile> {
	const opened = await open(wanted, context);
	if (!opened.isReplaced) return opened.file;
	opened.file.content.destroy();
	return (await open(wanted, context)).file;
}

interface Opened {
	file: StoredFile;
	isReplaced: boolean;
}

async function open(wanted: WantedFile, context: RequestContext): Promise<Opened> {
	const { key } = wanted;
	const looked = await wanted.stat();
	const known = looked.tag === 'there' ? looked.facts : undefined;
	const knownBytes = wanted.sizeBytes ?? known?.sizeBytes ?? null;
	const action = { verb: 'read', key, fileBytes: knownBytes ?? 0 } as const;
	const request = await OpenRequest.open(action, context);
	try {
		const source = await request.make(
			async (client) => await client.getObject(context.settings.bucket, key),
		);
		const { 'content-type': contentType = null } = headersOf(source);
		const sizeBytes = knownBytes ?? contentLengthOf(source);
		request.allow(sizeBytes ?? UNKNOWN_BYTES);
		const explain = (error: unknown) => request.explain(error);
		const onClose = () => {
			request.end();
		};
		const content = checkedStream({ source, sizeBytes, explain, onClose });
		const file = { content, contentType, sizeBytes };
		return { file, isReplaced: isOther(etagOf(source), known) };
	} catch (error) {
		request.end();
		throw error;
	}
}

/** A store that tells no ETag tells no difference. */
function isOther(etag: string, known: ObjectFacts | undefined): boolean {
	return known !== undefined && known.etag !== '' && etag !== '' && etag !== known.etag;
}

// A file whose size nobody tells has as long as one of this size, which are ten minutes.
const UNKNOWN_BYTES = 30 * 1024 * 1024;
