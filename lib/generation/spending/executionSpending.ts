import { onAbort } from '../../base/async/abortListener';
import type { Clock } from '../../base/async/clock';
import { createConcurrencyLimit } from '../../base/async/concurrency';
import { Budget, type Booking } from '../../cost/budget';
import type { KnownCost } from '../../cost/costRange';
import { rateOfAny, type EndpointCosts, type WorkerRate } from '../../cost/endpointCosts';
import { jobCost } from '../../cost/jobCost';
import type { EndedJobState, JobState } from '../../runpod/queue/job';
import { hasEnded } from '../job/hasEnded';
import type { GenerationPorts, SpendingNotes } from '../request/ports';

/** By what a job is booked at its end. */
interface Rates {
	costs?: EndpointCosts;
	/** Of its worker, where its GPU is known. */
	rate?: WorkerRate | undefined;
}

/** What is known of a job in this process alone. */
interface Sent {
	/** By the monotonic clock. */
	atMs: number;
	/** A worker was seen to have it. */
	hasRun: boolean;
}

const NOT_KNOWN: KnownCost = { minMicroUsd: null, maxMicroUsd: null };

const shared = new WeakMap<SpendingNotes, ExecutionSpending>();

/** What all runs of a node in one execution have spent, and who waits for room. */
export class ExecutionSpending {
	readonly #budget: Budget;
	readonly #notes: SpendingNotes;
	readonly #clock: Pick<Clock, 'monotonic'>;
	readonly #sent = new WeakMap<Booking, Sent>();
	readonly #followed = new Set<string>();
	readonly #inOrder = createConcurrencyLimit(1);
	#waiting: (() => void)[] = [];
	#working = 0;
	/** Since it was last found that nobody works. */
	#isChanged = true;

	private constructor(notes: SpendingNotes, clock: Pick<Clock, 'monotonic'>) {
		this.#notes = notes;
		this.#budget = new Budget(notes.bookings);
		this.#clock = clock;
	}

	/** All runs of one execution share one: a model may call a tool several times at once. */
	static of({ spending = { bookings: [] }, clock }: Pick<GenerationPorts, 'spending' | 'clock'>) {
		const known = shared.get(spending) ?? new ExecutionSpending(spending, clock);
		shared.set(spending, known);
		return known;
	}

	get budget(): Pick<Budget, 'spentMicroUsd' | 'reservedMicroUsd' | 'of'> {
		return this.#budget;
	}

	/** By these costs jobs are booked that nobody has others for: those of an execution that has slept. */
	set costs(costs: EndpointCosts) {
		this.#notes.costs = costs;
	}

	/** Jobs that may still run, and that nobody follows. */
	unfollowed(): string[] {
		return this.#budget
			.openJobs()
			.map(({ jobId }) => jobId)
			.filter((jobId) => !this.#followed.has(jobId));
	}

	/**
	 * Reserves, in the order of those who ask. Where there is no room it waits for whoever works to make some.
	 * @param lookAtUnfollowed looks now where it is the last that can make room, else where a look is due
	 * @returns nothing where nobody works who could, or after Stop
	 */
	async reserve(
		microUsd: number,
		limitMicroUsd: number,
		lookAtUnfollowed: (isLast: boolean) => Promise<void>,
		signal: AbortSignal | undefined,
	): Promise<Booking | undefined> {
		return await this.#inOrder(async () => {
			while (!signal?.aborted) {
				const booking = this.reserveNow(microUsd, limitMicroUsd);
				if (booking) return booking;
				const isLast = this.#working === 0 && this.#isChanged;
				if (isLast) this.#isChanged = false;
				await lookAtUnfollowed(isLast);
				const afterLook = this.reserveNow(microUsd, limitMicroUsd);
				if (afterLook || this.#working === 0) return afterLook;
				await this.#change(signal);
			}
			return undefined;
		});
	}

	/** The same for whoever cannot wait. */
	reserveNow(microUsd: number, limitMicroUsd: number): Booking | undefined {
		return this.#budget.reserve(microUsd, limitMicroUsd);
	}

	/** Somebody works who may make room; what it gives must be called when that is over. */
	begin(): () => void {
		this.#working += 1;
		let isOver = false;
		return () => {
			if (isOver) return;
			isOver = true;
			this.#working -= 1;
			this.#tell();
		};
	}

	/** Its submit is on its way. */
	sending(booking: Booking): void {
		this.#sent.set(booking, { atMs: this.#clock.monotonic(), hasRun: false });
	}

	/** Counts a job that somebody submitted before: from now on it costs what it still runs. */
	take(jobId: string, microUsd: number): Booking {
		const booking = this.#budget.take(jobId, microUsd);
		this.#sent.set(booking, { atMs: this.#clock.monotonic(), hasRun: true });
		return booking;
	}

	named(booking: Booking, jobId: string): void {
		this.#budget.name(booking, jobId);
	}

	follow(jobId: string): void {
		this.#followed.add(jobId);
	}

	leave(jobId: string): void {
		this.#followed.delete(jobId);
	}

	/** There is surely no job. */
	release(booking: Booking): void {
		this.#budget.release(booking);
		this.#tell();
	}

	/** A job that has ended is booked with the most that it has cost. */
	saw(booking: Booking, look: JobState, by: Rates = {}): void {
		const sent = this.#sent.get(booking);
		if (look.tag === 'running' && sent) sent.hasRun = true;
		if (!hasEnded(look)) return;
		const { minMicroUsd, maxMicroUsd } = this.#costOf(look, sent, by);
		this.#budget.settle(booking, maxMicroUsd ?? booking.microUsd, minMicroUsd ?? 0);
		this.#tell();
	}

	#costOf(look: EndedJobState, sent: Sent | undefined, by: Rates): KnownCost {
		const { costs = this.#notes.costs, rate } = by;
		// A worker may go on with a job that was cancelled, and RunPod does not tell.
		if (!costs || (look.tag === 'cancelled' && hasRun(look, sent))) return NOT_KNOWN;
		const { executionTimeMs, delayTimeMs, retries } = look.facts;
		const times = {
			executionTimeMs,
			isWholeRun: look.tag !== 'cancelled',
			delayTimeMs,
			restarts: retries,
			elapsedMs: sent ? this.#clock.monotonic() - sent.atMs : null,
		};
		const cost = jobCost(times, rate ?? rateOfAny(costs), costs);
		// No job has run for longer than it is old.
		const isPossible = times.elapsedMs !== null && (executionTimeMs ?? 0) <= times.elapsedMs;
		return isPossible ? cost : { ...cost, minMicroUsd: null };
	}

	/** Resolves when somebody has made room, or works no more, or at Stop. */
	async #change(signal: AbortSignal | undefined): Promise<void> {
		let letGo: (() => void) | undefined;
		await new Promise<void>((wake) => {
			this.#waiting.push(wake);
			letGo = onAbort(signal, wake);
		});
		letGo?.();
	}

	#tell(): void {
		this.#isChanged = true;
		for (const wake of this.#waiting.splice(0)) wake();
	}
}

/** Also where a worker took it after it was last seen in the queue. */
function hasRun({ facts }: EndedJobState, sent: Sent | undefined): boolean {
	return sent?.hasRun !== false || facts.workerId !== null || facts.executionTimeMs !== null;
}
