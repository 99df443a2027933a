import { type ChildProcess, spawn } from 'node:child_process';
import { AbortedError } from './abortable';

const LAST_LINES = 3;
const LOG_LIMIT_CHARACTERS = 64_000;

/** ffmpeg ended with an error; the message holds the last lines of its log. */
export class FfmpegError extends Error {
	override name = 'FfmpegError';
}

/**
 * Runs ffmpeg to its end and returns its log. `onOutput` gets what it writes to stdout.
 * Throws a FfmpegError, or an AbortedError once the killed process has gone.
 */
export async function runFfmpeg(
	args: readonly string[],
	signal: AbortSignal,
	onOutput: (text: string) => void = () => undefined,
): Promise<string> {
	const path = await findFfmpeg();
	const child = spawn(path, ['-hide_banner', '-nostdin', '-y', ...args], {
		signal,
		killSignal: 'SIGKILL',
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let log = '';
	child.stdout.setEncoding('utf8').on('data', onOutput);
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		log = (log + text).slice(-LOG_LIMIT_CHARACTERS);
	});
	const exitCode = await waitForEnd(child);
	if (signal.aborted) throw new AbortedError(signal);
	if (exitCode !== 0) throw new FfmpegError(lastLines(log));
	return log;
}

/** An aborted child reports its error before it has gone, so only a failed start counts here. */
async function waitForEnd(child: ChildProcess): Promise<number | null> {
	return await new Promise((resolve, reject) => {
		child.on('close', resolve).on('error', (error) => {
			if (child.pid === undefined) reject(new FfmpegError(error.message, { cause: error }));
		});
	});
}

/** FFMPEG_PATH, or the binary that npm installed. */
async function findFfmpeg(): Promise<string> {
	const { FFMPEG_PATH } = process.env;
	if (FFMPEG_PATH) return FFMPEG_PATH;
	const installer = await import('@ffmpeg-installer/ffmpeg');
	return installer.default.path;
}

function lastLines(log: string): string {
	return log.trim().split(/\r?\n/).slice(-LAST_LINES).join(' | ');
}
