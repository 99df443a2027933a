import { randomBytes } from 'node:crypto';
import {
	accessSync,
	closeSync,
	constants,
	createWriteStream,
	openSync,
	rmSync,
	type Stats,
} from 'node:fs';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codeOf, messageOf } from '../../lib/base/errors/foreignError';
import { InvalidInput } from '../../lib/base/errors/invalidInput';
import { parseMp4Facts } from '../../lib/base/media/mp4Facts';
import { lookAt } from './inputs';

export interface OutFile {
	path: string;
	/** Whether a file that is there may be replaced. */
	overwrite: boolean;
}

/**
 * Refuses a file that could not be written when its video is paid for.
 * @throws InvalidInput
 */
export function assertWritable({ path, overwrite }: OutFile, inputs: readonly string[]): void {
	const fault = outFault(path, overwrite, inputs);
	if (fault) throw new InvalidInput([{ field: '--out', ...fault }]);
}

function outFault(path: string, overwrite: boolean, inputs: readonly string[]) {
	if (path.trim() === '') return { message: 'is empty: give the name of a file' };
	const found = lookAt(path);
	if (found?.isDirectory())
		return { message: `names ${path}, which is a folder: give a file in it` };
	if (found && !overwrite)
		return {
			message: `names ${path}, which is there already`,
			remedy: 'Give another file with --out, or --overwrite.',
		};
	if (found && !found.isFile())
		return { message: `names ${path}, which is no file that can be replaced` };
	if (found && inputs.some((input) => isSameFile(lookAt(input), found)))
		return { message: `names ${path}, which is given as an input too` };
	const folder = dirname(path);
	if (!lookAt(folder)?.isDirectory())
		return { message: `names a file in ${folder}, which is no folder` };
	try {
		accessSync(folder, constants.W_OK);
	} catch {
		return { message: `names a file in ${folder}, where nothing may be written` };
	}
	return found ? undefined : creationFault(path, overwrite);
}

function isSameFile(one: Stats | undefined, other: Stats): boolean {
	return one?.dev === other.dev && one.ino === other.ino;
}

/** Only making a file shows that it can be made: its name may be too long, or end with a slash. */
function creationFault(path: string, overwrite: boolean) {
	try {
		closeSync(openSync(path, 'wx'));
		rmSync(path);
		return undefined;
	} catch (error) {
		// A link to nothing is replaced by a rename.
		if (overwrite && codeOf(error) === 'EEXIST') return undefined;
		return { message: `names ${path}, which cannot be written (${writeFault(error)})` };
	}
}

/** What was written is not what was wanted. */
export class NotAVideo extends Error {
	override readonly name = 'NotAVideo';
}

/**
 * Writes a video whole or not at all, and never over a file that came there meanwhile: then beside it.
 * @returns where it is
 * @throws NotAVideo where what comes is no whole MP4, or whatever the content ends with
 */
export async function writeVideo(
	content: Readable,
	{ path, overwrite }: OutFile,
	{ jobId, signal, mustBeMp4 }: { jobId: string; signal: AbortSignal; mustBeMp4: boolean },
): Promise<string> {
	const part = join(dirname(path), `.wan-avatar-${randomBytes(6).toString('hex')}.part`);
	try {
		await pipeline(content, createWriteStream(part, { flags: 'wx' }), { signal });
		if (mustBeMp4 && !(await isMp4(part))) throw new NotAVideo('no whole MP4 came');
		if (!overwrite) return await copyBeside(part, path, jobId);
		await rename(part, path);
		return path;
	} finally {
		await rm(part, { force: true });
	}
}

async function copyBeside(part: string, path: string, jobId: string): Promise<string> {
	const extension = extname(path);
	const other = `${path.slice(0, path.length - extension.length)}-${jobId}${extension}`;
	try {
		await copyFile(part, path, constants.COPYFILE_EXCL);
		return path;
	} catch (error) {
		if (codeOf(error) !== 'EEXIST') throw error;
		await copyFile(part, other, constants.COPYFILE_EXCL);
		return other;
	}
}

async function isMp4(path: string): Promise<boolean> {
	const file = await open(path);
	try {
		const { size: sizeBytes } = await file.stat();
		const read = async (offset: number, lengthBytes: number) => {
			const { buffer, bytesRead } = await file.read(
				Buffer.alloc(lengthBytes),
				0,
				lengthBytes,
				offset,
			);
			return buffer.subarray(0, bytesRead);
		};
		return (await parseMp4Facts({ sizeBytes, read })) !== undefined;
	} finally {
		await file.close();
	}
}

/** Why a file could not be written, in words. */
export function writeFault(error: unknown): string {
	return codeOf(error) ?? messageOf(error);
}
