import type { Readable } from 'node:stream';
import { pause } from '../../base/async/clock';
import type { Bucket, Stat } from './bucket';
import { headersOf } from '../client/message';
import type { RequestContext } from '../client/openRequest';

const LOOKS = 3;
const BETWEEN_MS = 1000;

/** A store that is spread over several machines may miss for a moment what it was just given. */
export async function statPatiently(
	key: string,
	stat: Bucket['stat'],
	{ clock, signal }: Pick<RequestContext, 'clock' | 'signal'>,
): Promise<Stat> {
	for (let looks = 1; ; looks++) {
		const found = await stat(key);
		if (found.tag !== 'missing' || looks === LOOKS) return found;
		await pause(clock, BETWEEN_MS, signal);
	}
}

/** Of the whole object, by the answer to a ranged read; nothing where it does not tell. */
export function wholeSizeOf(part: Readable): number | null {
	const range = headersOf(part)['content-range'];
	if (range === undefined) return null;
	const [, total] = /^bytes \d+-\d+\/(\d{1,15})$/i.exec(range.trim()) ?? [];
	return total === undefined ? null : Number(total);
}
