import { expect, it } from '@jest/globals';
import { followJob } from '../../../lib/following/follow';
import { createStallWatch } from '../../../lib/following/stallWatch';
import type { JobState } from '../../../lib/runpod/queue/job';
import { jobState } from '../generation/run/generationWorld';
import { simulatedClock } from '../generation/run/simulatedClock';

/** The run times that a job teaches the others of its run: it runs, is looked at each second, and ends so. */
async function learnedFrom(
	tag: JobState['tag'],
	executionTimeMs: number | null,
): Promise<number[]> {
	const clock = simulatedClock(0);
	const learned: number[] = [];
	const end = jobState('job-1', tag);
	const told = 'facts' in end ? { ...end, facts: { ...end.facts, executionTimeMs } } : end;
	const looks = [jobState('job-1', 'running'), jobState('job-1', 'running'), told];
	const pollStatus = async () => Promise.resolve(looks.shift() ?? told);
	const schedule = {
		nextIntervalMs: () => 1000,
		learn: (runTimeMs: number) => {
			learned.push(runTimeMs);
		},
	};
	const stallWatch = createStallWatch(clock, async () => Promise.resolve(undefined));
	const ports = { pollStatus, clock, schedule, stallWatch };
	const job = { jobId: 'job-1', submittedAtMs: 0 };
	await clock.run(followJob(job, ports, { deadlineMs: 3_600_000, maxRestarts: 3 }));
	return learned;
}

it.each<[string, JobState['tag'], number | null, number[]]>([
	['a finished one: what RunPod tells', 'completed', 2500, [2500]],
	['a finished one that tells nothing: what was seen', 'completed', null, [2000]],
	['a finished one that tells more than its age: what was seen', 'completed', 3001, [2000]],
	['a failed one: nothing, for it says nothing of how long a video takes', 'failed', 2500, []],
	['a cancelled one: nothing', 'cancelled', 2500, []],
])('the others learn of %s', async (_what, tag, executionTimeMs, learned) => {
	expect(await learnedFrom(tag, executionTimeMs)).toEqual(learned);
});
