import { onAbort } from './abortListener';
import { WanAvatarError } from '../errors/errors';

/** Who reads it does not know which: for n8n a timeout of the workflow is a Stop. */
export const WORKFLOW_STOPPED = 'The workflow was stopped or timed out';

/** What of a stream is needed to end it. */
interface Cuttable {
	destroy: (error: Error) => unknown;
	once: (event: string, listener: () => void) => unknown;
	on: (event: string, listener: () => void) => unknown;
}

/**
 * Ends a stream when the workflow is stopped, so that nobody goes on copying a large file: whoever reads it gets STOPPED.
 * @throws WanAvatarError STOPPED when that has happened already
 */
export function cutOnStop<T extends Cuttable>(stream: T, signal: AbortSignal | undefined): T {
	// Without a listener an error before the first read would end the whole process.
	stream.on('error', () => undefined);
	const release = onAbort(signal, () => stream.destroy(stoppedWhileCopying()));
	stream.once('close', release);
	if (signal?.aborted) throw stoppedWhileCopying();
	return stream;
}

export function stoppedWhileCopying(): WanAvatarError {
	return new WanAvatarError('STOPPED', `${WORKFLOW_STOPPED} while a file was copied`, {
		remedy: 'Run it again to copy the file.',
	});
}
