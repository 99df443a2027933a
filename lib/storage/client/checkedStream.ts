import { Transform, type Readable } from 'node:stream';
import { bytesOf } from '../../base/data/bytes';
import type { WanAvatarError } from '../../base/errors/errors';
import { endedEarlyFault, isConnectionLost } from './faults';

/** A file on its way from the store. */
export interface Incoming {
	source: Readable;
	/** What must come; null where nobody knows. */
	sizeBytes: number | null;
	explain: (error: unknown) => WanAvatarError;
	/** Hears once that nothing more is read. */
	onClose: () => void;
}

/** The same bytes, to their last one: whoever reads gets a WanAvatarError in place of the end of a file that is not whole. */
export function checkedStream({ source, sizeBytes, explain, onClose }: Incoming): Readable {
	let receivedBytes = 0;
	const endedEarly = () => explain(endedEarlyFault(receivedBytes, sizeBytes));
	const checked = new Transform({
		transform: (chunk, _encoding, done) => {
			receivedBytes += bytesOf(chunk).length;
			const isTooLong = sizeBytes !== null && receivedBytes > sizeBytes;
			if (isTooLong) done(endedEarly());
			else done(null, chunk);
		},
		flush: (done) => {
			done(sizeBytes === null || receivedBytes === sizeBytes ? null : endedEarly());
		},
	});
	source.once('error', (error) => {
		checked.destroy(isConnectionLost(error) ? endedEarly() : explain(error));
	});
	checked.once('close', () => {
		source.destroy();
		onClose();
	});
	// Before somebody reads it an error would end the whole process.
	checked.on('error', () => undefined);
	return source.pipe(checked);
}
