import { startWhole } from '../n8n/rig';
import { nextBatch } from './asking/asking';
import { publishFlows } from './asking/flows';
import { playFates } from './chance/fates';
import { pauseFor } from './chance/pause';
import { maySlowAt } from './chance/plan';
import { randomOf } from './chance/random';
import { playWeather } from './chance/weather';
import { ask, interrupt, mayAsk, watch } from './players';
import { startCollector } from './seen/collector';
import { hearResult, hearSubmitted } from './seen/hearing';
import { elapsedMs, newState, type SoakOptions, type SoakState } from './state';
import { startWorld } from './world';

export interface Soak {
	state: SoakState;
	/** Requests and faults, for as long as told. */
	run: (signal: AbortSignal) => Promise<void>;
	/** No more of both: waits until all have their videos and nothing burns, but not for ever. */
	comeToRest: (signal: AbortSignal) => Promise<void>;
	close: () => Promise<void>;
}

const MAX_REST_MS = 240_000;

/** Starts n8n with all flows, the stand-in, and what listens to the flows. */
export async function startSoak(options: SoakOptions): Promise<Soak> {
	return await startWhole<Soak>(async (closers, close) => {
		const world = await startWorld();
		closers.push(world.close);
		const maySlow = () => maySlowAt(elapsedMs(state), options.runMs);
		const fates = playFates(world.standIn.queue, { seed: options.seed, maySlow });
		const state = newState(options, world, fates.met);
		const collector = await startCollector({
			began: (ids, executionId) => {
				for (const id of ids) state.ledger.began(id, executionId, Date.now());
			},
			submitted: (item, executionId) => {
				hearSubmitted(item, executionId, state);
			},
			result: (item, executionId) => {
				hearResult(item, executionId, state);
			},
			batch: async (executionId) =>
				await nextBatch(executionId, state, state.takesNew && mayAsk(state)),
		});
		closers.push(collector.close);
		const { credentials, toN8n } = world;
		await publishFlows(world.n8n().rest, { credentials, toSoak: collector.url, toN8n });
		return {
			state,
			run: async (signal) => {
				await run(state, AbortSignal.any([signal, AbortSignal.timeout(options.runMs)]), maySlow);
			},
			comeToRest: async (signal) => {
				fates.end();
				await comeToRest(state, AbortSignal.any([signal, AbortSignal.timeout(MAX_REST_MS)]));
			},
			close,
		};
	});
}

async function run(state: SoakState, over: AbortSignal, maySlow: () => boolean): Promise<void> {
	state.startMs = Date.now();
	state.takesNew = true;
	const weather = playWeather(state.world.standIn, {
		random: randomOf(state.options.seed, 'weather'),
		maySlow,
		planted: (name) => state.troubles.set(name, (state.troubles.get(name) ?? 0) + 1),
		signal: over,
	});
	await Promise.all([
		...watch(state, over),
		...ask(state, over),
		...interrupt(state, over),
		weather,
	]);
}

async function comeToRest(state: SoakState, latest: AbortSignal): Promise<void> {
	state.takesNew = false;
	const done = new AbortController();
	const watching = Promise.all(watch(state, AbortSignal.any([latest, done.signal])));
	while (!latest.aborted && !isAtRest(state)) await pauseFor(500, latest);
	await Promise.all(state.links);
	done.abort();
	await watching;
	state.jobs.take(state.queue.jobs());
}

function isAtRest({ ledger, executions, jobs, lastWords }: SoakState): boolean {
	if (lastWords !== undefined) return true;
	const isBurning = jobs.list().some(({ endedAtMs }) => endedAtMs === undefined);
	return ledger.undelivered().length === 0 && executions.live.length === 0 && !isBurning;
}
