import { followJob } from '../../lib/following/follow';
import { fixedSchedule, learningSchedule, type Schedule } from '../../lib/following/schedule';
import { createStallWatch } from '../../lib/following/stallWatch';
import type { JobState } from '../../lib/runpod/queue/job';
import { simulatedClock } from '../lib/generation/run/simulatedClock';

/** Poll economy, in simulated time: 200 jobs of about 240 s, ten at a time, followed by each kind of schedule. */
const JOBS = 200;
const PARALLEL = 10;
const MEDIAN_MS = 240_000;
const SPREAD = 0.1;

interface Measured {
	lagMs: number;
	requests: number;
}

async function measure(schedule: Schedule): Promise<Measured[]> {
	const clock = simulatedClock(0);
	const random = seededRandom(7);
	const runTimesMs = Array.from(
		{ length: JOBS },
		() => MEDIAN_MS * Math.exp(SPREAD * bell(random)),
	);
	const measured: Measured[] = [];
	const waiting = runTimesMs.entries();
	const stallWatch = createStallWatch(clock, async () => Promise.resolve(undefined));
	let finished = 0;

	const worker = async () => {
		for (const [index, runTimeMs] of waiting) {
			const startMs = clock.now();
			const isTaught = finished > 0;
			let requests = 0;
			const pollStatus = async (jobId: string): Promise<JobState> => {
				requests += 1;
				return Promise.resolve(lookAt(jobId, clock.now() - startMs, runTimeMs));
			};
			const job = { jobId: String(index), submittedAtMs: startMs };
			const ports = { pollStatus, clock, schedule, stallWatch };
			await followJob(job, ports, { deadlineMs: startMs + 3_600_000, maxRestarts: 3 });
			finished += 1;
			if (isTaught) measured.push({ lagMs: clock.now() - startMs - runTimeMs, requests });
		}
	};
	await clock.run(Promise.all(Array.from({ length: PARALLEL }, worker)));
	return measured;
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

function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
		return state / 2 ** 31;
	};
}

function bell(random: () => number): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function quantile(values: number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
}

function report(name: string, measured: Measured[]): void {
	const lags = measured.map(({ lagMs }) => lagMs / 1000);
	const requests = measured.map((one) => one.requests);
	const mean = requests.reduce((sum, one) => sum + one, 0) / requests.length;
	console.log(
		`polling, ${name}: ${String(measured.length)} jobs, result after ${quantile(lags, 0.5).toFixed(2)} s ` +
			`(median; 90 %: ${quantile(lags, 0.9).toFixed(1)} s), ${mean.toFixed(1)} status requests a job ` +
			`(90 %: ${String(quantile(requests, 0.9))}, most: ${String(Math.max(...requests))})`,
	);
}

async function main(): Promise<void> {
	report('learning', await measure(learningSchedule()));
	report('fixed 5 s', await measure(fixedSchedule(5000)));
}

void main();
