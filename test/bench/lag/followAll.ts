import { followJob } from '../../../lib/following/follow';
import type { Schedule } from '../../../lib/following/schedule';
import { createStallWatch } from '../../../lib/following/stallWatch';
import type { JobState } from '../../../lib/runpod/queue/job';
import { simulatedClock, type SimulatedClock } from '../../lib/generation/run/simulatedClock';

/** How the end of one job was seen. */
export interface Seen {
	runTimeMs: number;
	/** From its end to the look that saw it. */
	lagMs: number;
	requests: number;
	/** Whether another job had ended before it started. */
	isTaught: boolean;
}

export interface Scene {
	schedule: Schedule;
	runTimesMs: readonly number[];
	/** How many jobs run at once. */
	parallel: number;
	/** What a status request goes through. */
	gate?: (clock: SimulatedClock) => (look: () => JobState) => Promise<JobState>;
}

/** Follows jobs in simulated time, as a run does: each runs from its submit on, and the next starts when one is seen to end. */
export async function followAll({ schedule, runTimesMs, parallel, gate }: Scene): Promise<Seen[]> {
	const clock = simulatedClock(0);
	const pass = gate?.(clock) ?? (async (look: () => JobState) => Promise.resolve(look()));
	const stallWatch = createStallWatch(clock, async () => Promise.resolve(undefined));
	const seen: Seen[] = [];
	const waiting = runTimesMs.entries();

	const worker = async () => {
		for (const [index, runTimeMs] of waiting) {
			const startMs = clock.now();
			const isTaught = seen.length > 0;
			let requests = 0;
			const pollStatus = async (jobId: string): Promise<JobState> => {
				requests += 1;
				return await pass(() => lookAt(jobId, clock.now() - startMs, runTimeMs));
			};
			const job = { jobId: String(index), submittedAtMs: startMs };
			const ports = { pollStatus, clock, schedule, stallWatch };
			await followJob(job, ports, { deadlineMs: startMs + 36_000_000, maxRestarts: 3 });
			seen.push({ runTimeMs, lagMs: clock.now() - startMs - runTimeMs, requests, isTaught });
		}
	};
	await clock.run(Promise.all(Array.from({ length: parallel }, worker)));
	return seen;
}

function lookAt(jobId: string, ageMs: number, runTimeMs: number): JobState {
	const facts = {
		jobId,
		status: '',
		delayTimeMs: 0,
		executionTimeMs: null,
		workerId: null,
		retries: 0,
	};
	if (ageMs < runTimeMs) return { tag: 'running', facts, progress: null };
	const output = {
		minio_key: 'a',
		video_url: null,
		thumbnail_key: null,
		thumbnail_url: null,
		fps: null,
		width: null,
		height: null,
		more: {},
	};
	return { tag: 'completed', facts: { ...facts, executionTimeMs: runTimeMs }, output };
}
