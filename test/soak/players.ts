import { setTimeout as delay } from 'node:timers/promises';
import { askAgain, askNew } from './asking/asking';
import { pauseFor } from './chance/pause';
import { plannedDowns } from './chance/plan';
import { randomOf, type Random } from './chance/random';
import { isGone, useOf } from './seen/samples';
import { clockText, elapsedMs, type SoakState } from './state';

const LOOK_EVERY_MS = 1500;
const SAMPLE_EVERY_MS = 3000;
const ASK_AGAIN_EVERY_MS = 1000;
const FORM_EVERY_MS = 4000;
const WEBHOOK_EVERY_MS = 2500;
const STOP_EVERY_MS = 12_000;

/** Looks at jobs, executions and n8n's process, and asks again for what has come to nothing. */
export function watch(state: SoakState, signal: AbortSignal): Promise<void>[] {
	return [
		every(LOOK_EVERY_MS, signal, async () => {
			await look(state);
		}),
		every(SAMPLE_EVERY_MS, signal, async () => {
			await sample(state);
		}),
		every(ASK_AGAIN_EVERY_MS, signal, async () => {
			await askAgain(state);
		}),
	];
}

/** Requests by form and webhook; those of the schedule come by themselves. */
export function ask(state: SoakState, signal: AbortSignal): Promise<void>[] {
	let calls = 0;
	return [
		every(FORM_EVERY_MS, signal, () => {
			if (mayAsk(state)) askNew('form', state);
		}),
		every(WEBHOOK_EVERY_MS, signal, () => {
			calls += 1;
			if (mayAsk(state)) askNew(calls % 2 === 0 ? 'trigger' : 'sleep', state);
		}),
	];
}

/** A slow machine gets no more than it can work off. */
const MAX_EXECUTIONS = 20;

export function mayAsk({ world, executions }: SoakState): boolean {
	return world.isUp() && executions.live.length < MAX_EXECUTIONS;
}

/** Somebody stops executions now and then, and n8n is ended as planned. */
export function interrupt(state: SoakState, signal: AbortSignal): Promise<void>[] {
	const random = randomOf(state.options.seed, 'stops');
	return [
		playDowns(state, signal),
		every(STOP_EVERY_MS, signal, async () => {
			await stopOne(state, random);
		}),
	];
}

async function every(
	ms: number,
	signal: AbortSignal,
	work: () => void | Promise<void>,
): Promise<void> {
	for (;;) {
		await pauseFor(ms, signal);
		if (signal.aborted) return;
		await work();
	}
}

async function look({ jobs, queue, world, executions, ledger }: SoakState): Promise<void> {
	jobs.take(queue.jobs());
	if (world.isUp()) await executions.look(world.n8n().rest, ledger);
}

async function sample(state: SoakState): Promise<void> {
	const { world, samples, executions, jobs, ledger } = state;
	if (!world.isUp()) return;
	const life = world.life();
	const { pid, url, log } = world.n8n();
	const use = await useOf(pid, url);
	if (!world.isUp() || world.life() !== life) return;
	if (use) {
		const counts = { executions: executions.live.length, paid: jobs.size };
		const atMs = elapsedMs(state);
		samples.push({ atMs, life, ...use, ...counts, delivered: ledger.deliveredCount });
	} else if (isGone(pid)) state.lastWords ??= log().slice(-LAST_WORDS);
}

const LAST_WORDS = 2000;

async function stopOne(state: SoakState, random: Random): Promise<void> {
	const { ledger, executions, world } = state;
	const begun = new Set(ledger.undelivered().map(({ asks }) => asks.at(-1)?.executionId));
	const [first, ...more] = executions.live.filter((id) => begun.has(id));
	if (first === undefined || !world.isUp()) return;
	const stopped = world.n8n().rest.stop(random.pick([first, ...more]));
	// It may have ended meanwhile, and n8n may be going down.
	await stopped.then(
		() => (state.stops += 1),
		() => undefined,
	);
}

async function playDowns(state: SoakState, signal: AbortSignal): Promise<void> {
	const { options, world, downs } = state;
	for (const { atMs, how, pauseMs } of plannedDowns(
		options.runMs,
		randomOf(options.seed, 'downs'),
	)) {
		await pauseFor(atMs - elapsedMs(state), signal);
		if (signal.aborted) return;
		await world.down(how, async () => {
			await delay(pauseMs);
		});
		downs[how] += 1;
		console.log(`${clockText(elapsedMs(state))}  n8n is up again after ${how}`);
	}
}
