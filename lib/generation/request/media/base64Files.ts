import { base64Body, base64Fault } from '../../../base/data/base64';
import type { InputFault } from '../../../base/errors/invalidInput';
import { lookAtMedia } from '../../../base/media/look';
import type { RangedReader } from '../../../base/media/partFile';
import { isGuess, mediaFault, turnedNote } from './mediaWords';

const FIELDS = [
	['image_base64', 'portrait'],
	['driving_video_base64', 'driving video'],
] as const;

/** What is wrong with the files that a request has as base64, and what is to be said of good ones. */
export interface Base64Looks {
	faults: InputFault[];
	notes: string[];
}

/** Looks at those that are base64 at all; what is not known is left to the worker. */
export async function lookAtBase64(
	contract: Readonly<Record<string, unknown>>,
): Promise<Base64Looks> {
	const looks: Base64Looks = { faults: [], notes: [] };
	for (const [field, kind] of FIELDS) {
		const text = contract[field];
		if (typeof text !== 'string' || base64Fault(text) !== undefined) continue;
		const look = await lookAtMedia(readerOf(base64Body(text)), kind);
		const fault = isGuess(look) ? undefined : mediaFault(look, kind);
		if (fault) looks.faults.push({ field, ...fault });
		if (look.tag === 'good' && look.turned)
			looks.notes.push(turnedNote(`The ${kind} that is given as base64`, look.turned));
	}
	return looks;
}

/** Three bytes are four letters: any part is read without the rest. */
function readerOf(base64: string): RangedReader {
	const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
	const read = (offset: number, lengthBytes: number) => {
		const first = Math.floor(offset / 3);
		const last = Math.ceil((offset + lengthBytes) / 3);
		const bytes = Buffer.from(base64.slice(first * 4, last * 4), 'base64');
		return bytes.subarray(offset - first * 3, offset - first * 3 + lengthBytes);
	};
	return {
		sizeBytes: (base64.length / 4) * 3 - padding,
		isAtHand: true,
		read: async (offset, lengthBytes) => Promise.resolve(read(offset, lengthBytes)),
	};
}
