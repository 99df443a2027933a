import { setTimeout as delay } from 'node:timers/promises';
import { attackOf, type Attack, type FaultName, type Service } from './matrix';
import type { Ending, Phase, Prepared, Running, Subject } from './subjects/subject';
import { faultsOf, type Measures } from './verdict';
import { startWorld, type World } from './world';

/** One subject, attacked at one place in one way, and let end or stopped. */
export interface Cell {
	subject: Subject;
	service: Service;
	phase: Phase;
	fault: FaultName;
	isStopped: boolean;
}

export interface CellResult {
	measures: Measures;
	/** Why it is red; empty when it is not. */
	reds: string[];
	/** It was over before Stop could be pressed. */
	endedBeforeStop: boolean;
	said: string;
}

const STOP_MS = 2000;
/** The fault is under way for a while before Stop is pressed. */
const BEFORE_STOP_MS = 200;
/** Longer than allowed, to tell what is late from what never comes. */
const WATCHED_LONGER_MS = 2000;
const LOOK_MS = 20;
/** More than this is not the machine's. */
const MAX_LAG_MS = 500;
/** Cancels may go on for 60 s: with short limits they are over by then. */
const REST_MS = 10_000;

/** `isAlone`: no other cell runs in this process meanwhile. */
export async function runCell(cell: Cell, isAlone = false): Promise<CellResult> {
	const { subject, service, phase, fault, isStopped } = cell;
	const world = await startWorld();
	let running: Running | undefined;
	try {
		const attack = attackOf(fault, world.elsewhere.url);
		setJobs(world, cell, attack);
		const prepared = (await subject.prepare?.(world)) ?? {};
		world.forget();
		void Promise.resolve(phase.plant(world, attack));
		running = await subject.start(world, prepared);
		const blocked = watchLag();
		const times = isStopped
			? await stopMidway(world, running, cell)
			: { ...(await endOf(running, subject.limitMs)), stop: undefined };
		const blockedMs = blocked();
		const knowsJobId = service !== 'queue' || !phase.spoilsSubmit || attack.tellsJobId;
		const isRefused = service === 'queue' && attack.refuses === true && !isStopped;
		const mustNotRun = subject.paysForJobs && !phase.spoilsCancel && knowsJobId && !isRefused;
		if (mustNotRun) await rest(world);
		const measures: Measures = {
			endedMs: times.endedMs,
			limitMs: subject.limitMs,
			...(times.stop && { stop: times.stop }),
			...countsOf(world, subject),
			blockedMs: isAlone ? blockedMs : undefined,
			mustNotRun,
			warmWorkers: phase.spoilsCancel ? 0 : warmWorkers(world),
			lostIds: knowsJobId ? await lostIds(world, prepared, times.ending) : [],
		};
		return {
			measures,
			reds: faultsOf(measures),
			endedBeforeStop: isStopped && times.stop === undefined,
			said: times.ending?.said ?? '',
		};
	} finally {
		running?.abandon();
		await world.close();
	}
}

function setJobs(world: World, cell: Cell, attack: Attack): void {
	const { subject, service, phase, isStopped } = cell;
	const { jobEnds } = subject;
	if (jobEnds === 'failed') world.queue.script({ kind: 'failed', error: 'CUDA out of memory' });
	const canEndWell =
		phase.needsResult === true || (!isStopped && (service !== 'queue' || attack.letsJobEnd));
	world.letJobsEnd = jobEnds === undefined ? canEndWell : jobEnds !== 'never';
}

interface Times {
	/** Undefined when it had not ended. */
	endedMs: number | undefined;
	ending: Ending | undefined;
	stop: Measures['stop'] | undefined;
}

async function endOf(
	{ ended }: Running,
	limitMs: number,
): Promise<Pick<Times, 'endedMs' | 'ending'>> {
	const startedMs = performance.now();
	const over = new AbortController();
	const ending = await Promise.race([
		ended,
		delay(limitMs + WATCHED_LONGER_MS, undefined, { signal: over.signal }),
	]).finally(() => {
		over.abort();
	});
	return { ending, endedMs: ending && performance.now() - startedMs };
}

/** Stops it once the fault is met; what ends before is not stopped. */
async function stopMidway(world: World, running: Running, cell: Cell): Promise<Times> {
	const { subject, phase } = cell;
	const startedMs = performance.now();
	const progress: { ending: Ending | undefined } = { ending: undefined };
	void running.ended.then((ending) => {
		progress.ending = ending;
	});
	const isLate = () => performance.now() - startedMs > subject.limitMs;
	while (progress.ending === undefined && !phase.isMet(world) && !isLate()) await delay(10);
	if (progress.ending === undefined) await delay(BEFORE_STOP_MS);
	if (progress.ending !== undefined)
		return {
			endedMs: performance.now() - startedMs,
			ending: progress.ending,
			stop: undefined,
		};
	const limitMs = subject.stopLimitMs?.(phase) ?? STOP_MS;
	const lag = watchLag();
	running.stop();
	const { ending, endedMs } = await endOf(running, limitMs);
	return { ending, endedMs, stop: { endedMs, limitMs: limitMs + Math.min(lag(), MAX_LAG_MS) } };
}

/** How long this busy process, with all the servers in it, kept a timer waiting at most. */
function watchLag(): () => number {
	let worstMs = 0;
	let lastMs = performance.now();
	const look = (): void => {
		const nowMs = performance.now();
		worstMs = Math.max(worstMs, nowMs - lastMs - LOOK_MS);
		lastMs = nowMs;
	};
	const timer = setInterval(look, LOOK_MS);
	return () => {
		clearInterval(timer);
		look();
		return worstMs;
	};
}

async function rest({ queue }: World): Promise<void> {
	const until = performance.now() + REST_MS;
	while (runningJobs(queue.jobs()) > 0 && performance.now() < until) await delay(20);
}

function countsOf(world: World, { phases }: Subject) {
	const { queue, management, elsewhere } = world;
	const came = world.requests();
	const count = (route: 'run' | 'retry' | 'purge-queue') => queue.calls(route).length;
	return {
		posts: { run: count('run'), retry: count('retry'), purge: count('purge-queue') },
		cancels: queue.calls('cancel').length,
		running: runningJobs(queue.jobs()),
		extraEndpoints: Math.max(0, management.contents().endpoints.length - 1),
		ledAstray: elsewhere.requests(),
		strangers: (['queue', 'management', 'MinIO'] as const).filter(
			(service) => !phases[service] && came[service] > 0,
		),
	};
}

function runningJobs(jobs: ReturnType<World['queue']['jobs']>): number {
	return jobs.filter(({ endedAt }) => endedAt === undefined).length;
}

function warmWorkers({ management }: World): number {
	return management.contents().endpoints.filter(({ workers }) => workers.min > 0).length;
}

/** Jobs whose ids the output, the error and the records do not name. */
async function lostIds(
	{ queue, store }: World,
	{ jobId }: Prepared,
	ending: Ending | undefined,
): Promise<string[]> {
	const [bucket = ''] = store.buckets;
	const records = store.keys(bucket).filter((key) => key.endsWith('.json'));
	const texts = await Promise.all(
		records.map(async (key) => String(await store.read(bucket, key))),
	);
	const named = [ending?.said ?? '', ...texts].join('\n');
	return queue
		.jobs()
		.map(({ id }) => id)
		.filter((id) => id !== jobId && !named.includes(id));
}

/** What is wrong with a subject that nothing attacks: it fails, or speaks to others than it says. */
export async function control(subject: Subject): Promise<string[]> {
	const world = await startWorld();
	let running: Running | undefined;
	try {
		if (subject.jobEnds === 'failed')
			world.queue.script({ kind: 'failed', error: 'CUDA out of memory' });
		world.letJobsEnd = subject.jobEnds !== 'never';
		const prepared = (await subject.prepare?.(world)) ?? {};
		world.forget();
		running = await subject.start(world, prepared);
		const { ending } = await endOf(running, subject.limitMs);
		const came = world.requests();
		const claims = (['queue', 'management', 'MinIO'] as const).flatMap((service) => {
			const speaks = subject.phases[service] !== undefined;
			if (speaks === came[service] > 0) return [];
			return [speaks ? `never speaks to ${service}` : `speaks to ${service}`];
		});
		const failure = ending?.isError === false ? [] : [`fails: ${ending?.said ?? 'no end'}`];
		return [...failure, ...claims];
	} finally {
		running?.abandon();
		await world.close();
	}
}
