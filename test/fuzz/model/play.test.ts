import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HttpFailure } from '../../../lib/runpod/http/http';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import { story, type Happening, type Story } from './events';
import { play } from './play';
import type { Fate } from './runPod';
import type { Sabotage } from './sabotage';

const SEED = 17;

it('whatever happens to Generate, its promises are kept', async () => {
	const kept = fc.asyncProperty(story, async (told) => {
		await play(told);
	});
	await fc.assert(kept, { seed: SEED, numRuns: 50, interruptAfterTimeLimit: 15_000 });
});

const starts: Happening = {
	tag: 'starts',
	isTwice: false,
	wish: {
		videos: [0],
		waits: 'in the node',
		timeoutMs: 3_600_000,
		onTimeout: 'cancel',
		withMinio: true,
	},
};

function told(...events: [afterMs: number, what: Happening][]): Story {
	return {
		fates: [],
		cancelsFinished: false,
		store: { ignoresConditions: false, aheadMs: 0, mayNotDelete: false },
		events: events.map(([afterMs, what]) => ({ afterMs, what })),
		quietMs: 0,
	};
}

const runs: Fate = { queueMs: 0, runMs: 240_000, end: 'video', runsOn: false, lateProgressMs: 0 };
const failsAfter50s: Fate = { ...runs, runMs: 50_000, end: 'failed' };
const answerIsLost: Happening = { tag: 'submit', fault: 'is taken, and its answer is cut off' };
const isStopped: Happening = { tag: 'stop', which: 0 };
const isKilled: Happening = { tag: 'kill', which: 0 };

const sendsAgain: Sabotage = {
	send: (send) => async (request) => {
		try {
			return await send(request);
		} catch (error) {
			if (error instanceof HttpFailure) return await send(request);
			throw error;
		}
	},
};
const cancelsNothing: Sabotage = {
	send: (send) => async (request) =>
		request.url.includes('/cancel/')
			? { status: 200, text: '{"status":"CANCELLED"}' }
			: await send(request),
};

function spoiling(spoil: (bucket: Bucket) => Partial<Bucket>): Sabotage {
	const spoiled = (bucket: Bucket): Bucket => ({
		...bucket,
		...spoil(bucket),
		within: (signal) => spoiled(bucket.within(signal)),
	});
	return { bucket: spoiled };
}

const seesNoRecord = spoiling(() => ({
	getText: async () => await Promise.resolve({ tag: 'missing' }),
}));
const notesNoJob = spoiling((bucket) => ({
	putText: async (key, text, type, condition) =>
		text.includes('"state":"submitted"')
			? 'written'
			: await bucket.putText(key, text, type, condition),
}));
const knowsNoEarlierJobs = spoiling((bucket) => ({
	getText: async (key) => {
		const seen = await bucket.getText(key);
		if (seen.tag !== 'there') return seen;
		return {
			...seen,
			text: seen.text.replace(/"earlier_job_ids":\[[^\]]*\]/, '"earlier_job_ids":[]'),
		};
	},
}));
const restoresNothing = spoiling((bucket) => ({
	putText: async (key, text, type, condition) => {
		const standing = await bucket.getText(key);
		const isOver = standing.tag === 'there' && jobOf(standing.text) !== jobOf(text);
		return isOver && jobOf(standing.text) !== undefined && jobOf(text) !== undefined
			? 'written'
			: await bucket.putText(key, text, type, condition);
	},
}));
const jobOf = (record: string) => /"job_id":"([^"]+)"/.exec(record)?.[1];
const dropsRecords = spoiling((bucket) => ({
	putText: async (key, text, type, condition) => {
		const written = await bucket.putText(key, text, type, condition);
		if (text.includes('"state":"submitted"')) await bucket.remove(key);
		return written;
	},
}));

it('a cancel that is still repeated, since a trouble has begun, is waited for', async () => {
	const trouble: Happening = { tag: 'RunPod', trouble: '502', ms: 20_000 };

	await play(told([0, starts], [1000, trouble], [0, isStopped]));
});

describe('the model notices', () => {
	it.each<[what: string, of: Story, sabotage: Sabotage, broken: RegExp]>([
		[
			'a submit that is sent again though its answer was lost',
			told([0, answerIsLost], [0, starts]),
			sendsAgain,
			/pays for job-1-u1, though there is job-0-u1/,
		],
		[
			'a Stop that cancels nothing',
			told([0, starts], [10_000, isStopped]),
			cancelsNothing,
			/job-0-u1 is IN_PROGRESS, and nobody follows it/,
		],
		[
			'a submit after Stop',
			told([0, starts], [20, isStopped]),
			{ isDeafToStop: true },
			/A submits after Stop/,
		],
		[
			'a record that is not heeded',
			told([0, starts], [10_000, isKilled]),
			seesNoRecord,
			/pays for job-1-u1, though there is job-0-u1/,
		],
		[
			'a record that is deleted before the video is given out',
			told([0, starts], [10_000, isKilled]),
			dropsRecords,
			/pays for job-1-u1, though there is job-0-u1/,
		],
		[
			'two jobs that both go on',
			{
				...told([0, starts], [40, starts]),
				store: { ignoresConditions: true, aheadMs: 0, mayNotDelete: false },
			},
			restoresNothing,
			/job-0-u1 and job-1-u1 are both made/,
		],
		[
			'a job ID that is not noted',
			{ ...told([0, starts], [20_000, starts]), fates: [runs] },
			notesNoJob,
			/B is held back, though nothing is in doubt/,
		],
		[
			'a job that is cancelled for one that had ended before',
			{ ...told([0, starts], [50_500, starts], [6000, starts]), fates: [failsAfter50s] },
			knowsNoEarlierJobs,
			/B cancels job-1-u1, for which it waits/,
		],
	])('%s', async (_what, of, sabotage, broken) => {
		await play(of);
		await expect(play(of, sabotage)).rejects.toThrow(broken);
	});
});
