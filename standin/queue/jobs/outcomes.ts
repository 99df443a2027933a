import type { JobEnd } from './jobEnd';

/**
 * How jobs end whose input matches `when` (all, when absent). `times` is for how many jobs it holds; without it, for
 * every job. The first outcome that matches is played; a job keeps its outcome until POST /retry.
 */
export type JobOutcome = { when?: (input: Readonly<Record<string, unknown>>) => boolean } & (
	| ({ times?: number } & DecidedEnd)
	/** The worker dies `times` times for each matching job, each time after the handler has finished. */
	| { kind: 'restarts'; times: number }
);

type DecidedEnd =
	/** FAILED without asking the handler; an object becomes JSON text. */
	| { kind: 'failed'; error: string | object; output?: unknown }
	/** TIMED_OUT without asking the handler. */
	| { kind: 'timedOut' }
	/** FAILED, as after the execution timeout, without asking the handler. */
	| { kind: 'executionTimeout' }
	/** CANCELLED, as if done from the console, without asking the handler. */
	| { kind: 'cancelled' }
	/** The handler does its work, and the queue forgets the job: 404, no webhook. */
	| { kind: 'lost' }
	/** The handler does its work, and its answer gets lost. */
	| { kind: 'completedWithoutOutput' }
	/** COMPLETED with this output, without asking the handler. */
	| { kind: 'output'; output: unknown }
	/** The job ends as always, and so many milliseconds later a late progress makes it IN_PROGRESS again, for good. */
	| { kind: 'lateProgress'; afterMs: number; progress: unknown }
	/** The handler's output, changed. */
	| { kind: 'mapOutput'; map: (output: unknown) => unknown }
	/** IN_PROGRESS until it is cancelled or a timeout ends it; the handler is not asked. */
	| { kind: 'never' }
	/** IN_PROGRESS until this tells the end; nothing: the handler does its work then. */
	| { kind: 'held'; until: (input: Readonly<Record<string, unknown>>) => Promise<ToldEnd> };

/** How a job that was held ends. */
export type ToldEnd = Exclude<DecidedEnd, { kind: 'held' }> | undefined;

/** What became of one attempt. */
export type AttemptResult =
	| JobEnd
	| { status: 'RESTARTED' }
	| { status: 'LOST'; end: JobEnd }
	| { status: 'OVERWRITTEN'; end: JobEnd; afterMs: number; progress: unknown };

interface Playing {
	outcome?: JobOutcome | undefined;
	retries: number;
	input: Readonly<Record<string, unknown>>;
}

/** Plays one attempt: `ask` runs the handler, and is called only when the outcome wants its work done. */
export async function playAttempt(
	{ outcome, retries, input }: Playing,
	ask: () => Promise<JobEnd>,
): Promise<AttemptResult> {
	switch (outcome?.kind) {
		case undefined:
			return Object.keys(input).length > 0 ? ask() : leaveUnanswered(retries);
		case 'failed':
			return scriptedFailure(outcome);
		case 'timedOut':
			return { status: 'TIMED_OUT' };
		case 'executionTimeout':
			return { status: 'FAILED', error: 'executionTimeout exceeded' };
		case 'cancelled':
			return { status: 'CANCELLED' };
		case 'lost':
			return { status: 'LOST', end: await ask() };
		case 'completedWithoutOutput':
			return mapCompleted(await ask(), () => undefined);
		case 'lateProgress': {
			const { afterMs, progress } = outcome;
			return { status: 'OVERWRITTEN', end: await ask(), afterMs, progress };
		}
		case 'output':
			return { status: 'COMPLETED', output: outcome.output };
		case 'mapOutput':
			return mapCompleted(await ask(), outcome.map);
		case 'restarts':
			return restartOrEnd(await ask(), retries, outcome.times);
		case 'never':
			return new Promise(() => undefined);
		case 'held':
			return playAttempt({ outcome: await outcome.until(input), retries, input }, ask);
	}
}

// The worker library drops a job of an empty input without a word, and the queue gives it out once more.
function leaveUnanswered(retries: number): AttemptResult {
	if (retries === 0) return { status: 'RESTARTED' };
	return { status: 'FAILED', error: 'job timed out after 1 retries' };
}

function scriptedFailure({ error, output }: { error: string | object; output?: unknown }): JobEnd {
	const text = typeof error === 'string' ? error : JSON.stringify(error);
	return { status: 'FAILED', error: text, output };
}

function mapCompleted(end: JobEnd, map: (output: unknown) => unknown): JobEnd {
	if (end.status !== 'COMPLETED') return end;
	return { status: 'COMPLETED', output: map(end.output) };
}

function restartOrEnd(end: JobEnd, retries: number, restarts: number): AttemptResult {
	return retries < restarts ? { status: 'RESTARTED' } : end;
}

/** The outcomes that tests asked for, in their order. */
export class OutcomeScript {
	#outcomes: { outcome: JobOutcome; left: number }[] = [];

	add(outcome: JobOutcome): void {
		const left = outcome.kind === 'restarts' ? Infinity : (outcome.times ?? Infinity);
		if (left > 0) this.#outcomes.push({ outcome, left });
	}

	/** The outcome of the next job with this input, if one is scripted; it counts as used. */
	next(input: Readonly<Record<string, unknown>>): JobOutcome | undefined {
		const found = this.#outcomes.find(({ outcome }) => outcome.when?.(input) ?? true);
		if (!found) return undefined;
		found.left -= 1;
		this.#outcomes = this.#outcomes.filter(({ left }) => left > 0);
		return found.outcome;
	}
}
