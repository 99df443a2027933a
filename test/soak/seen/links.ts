import { setTimeout as delay } from 'node:timers/promises';

const TRIES = 8;
const PAUSE_MS = 1500;

/** Whether a link gives an MP4, also while the store has troubles now and then. */
export async function opens(link: string): Promise<boolean> {
	for (let tries = 0; tries < TRIES; tries++) {
		if (await isVideo(link)) return true;
		await delay(PAUSE_MS, undefined, { ref: false });
	}
	return false;
}

async function isVideo(link: string): Promise<boolean> {
	try {
		const answer = await fetch(link, { signal: AbortSignal.timeout(10_000) });
		const bytes = Buffer.from(await answer.arrayBuffer());
		return answer.ok && bytes.subarray(4, 8).toString('latin1') === 'ftyp';
	} catch {
		return false;
	}
}
