import { mapConcurrently } from '../../base/async/concurrency';
import { WanAvatarError } from '../../base/errors/errors';
import { rateOfRuns } from '../../cost/endpointCosts';
import { exactUsdText, usdOf, usdText } from '../../cost/money';
import type { Booking } from '../../cost/budget';
import type { JobState } from '../../runpod/queue/job';
import { ownerOf } from '../report/owner';
import type { GenerationPorts, GenerationRequest } from '../request/ports';
import { ExecutionSpending } from './executionSpending';
import { mostOf, type SpendingLimit } from './limit';

/** What a limit says to the work on one item. */
export interface ItemSpending {
	/** Why nothing may be sent for it; nothing where it may. */
	refusal?: WanAvatarError;
	/**
	 * Sends its job, for which there is room; `send` gives the job's ID.
	 * @throws WanAvatarError BUDGET_REACHED where there is none
	 */
	paying: (send: () => Promise<string>) => Promise<string>;
	/** Every look at a job. */
	saw: (jobId: string, look: JobState) => void;
	/** The job is the item's, whoever submitted it. */
	follows: (jobId: string, look: JobState) => void;
	/** The work on the item is over; its job may go on. */
	leave: () => void;
}

/** Keeps what the jobs of an execution cost within a limit. */
export interface LimitedSpending {
	/** Waits for room for the item's job; where there will be none, what is there already may still be used. */
	enter: (request: GenerationRequest) => Promise<ItemSpending>;
	/** The same for an item for which nothing is to be sent anyway. */
	withoutJob: (request: GenerationRequest) => ItemSpending;
}

type Ports = Pick<GenerationPorts, 'queue' | 'clock' | 'signal' | 'spending' | 'prices'>;

const LOOKS_AT_ONCE = 20;
const LOOK_INTERVAL_MS = 15_000;

export function createLimitedSpending(limit: SpendingLimit, ports: Ports): LimitedSpending {
	const { queue, clock, signal, prices } = ports;
	const spending = ExecutionSpending.of(ports);
	const { costs } = limit;
	spending.costs = costs;
	let lookedAtMs = -Infinity;

	// The dearest GPU counts until that of the worker is known; where there is one kind, nobody asks.
	const gpuOf = costs.prices.length > 1 ? prices?.gpuOf : undefined;
	const saw = (jobId: string, look: JobState) => {
		const booking = spending.budget.of(jobId);
		if (!booking) return;
		spending.saw(booking, look, { costs });
		if (!('facts' in look) || !gpuOf) return;
		const { workerId, retries } = look.facts;
		if (workerId === null) return;
		void gpuOf(workerId).then((gpu) => {
			if (gpu) spending.saw(booking, look, { costs, rate: rateOfRuns(costs, gpu, retries) });
		});
	};

	/** Jobs that nobody waits for may have ended: those of earlier runs of the node, and those that were cancelled. */
	const lookAtUnfollowed = async (isLast: boolean) => {
		if (!isLast && clock.monotonic() - lookedAtMs < LOOK_INTERVAL_MS) return;
		lookedAtMs = clock.monotonic();
		await mapConcurrently(spending.unfollowed(), LOOKS_AT_ONCE, async (jobId) => {
			saw(jobId, await queue.pollStatus(jobId, signal));
		});
	};

	const itemSpending = (
		request: GenerationRequest,
		reserved: Booking | undefined,
	): ItemSpending => {
		const most = mostOf(request, limit) ?? limit.limitMicroUsd;
		const own = new Set<string>();
		let held = reserved;
		const ends = reserved ? [spending.begin()] : [];
		let isOver = false;
		const follow = (jobId: string) => {
			// What is under way may go on for a moment when nobody waits for it any longer.
			if (isOver) return;
			own.add(jobId);
			spending.follow(jobId);
		};
		const letGo = () => {
			if (held) spending.release(held);
			held = undefined;
		};
		return {
			paying: async (send) => {
				const booking = held ?? spending.reserveNow(most, limit.limitMicroUsd);
				held = undefined;
				if (!booking) throw reached(request, most, limit, spending);
				return await paid(booking, send, spending, follow);
			},
			saw,
			follows: (jobId, look) => {
				if (!own.has(jobId)) {
					letGo();
					follow(jobId);
				}
				if (spending.budget.of(jobId) || !isGoing(look)) return;
				if (!isOver) ends.push(spending.begin());
				spending.take(jobId, most);
			},
			leave: () => {
				isOver = true;
				letGo();
				for (const jobId of own) spending.leave(jobId);
				for (const end of ends) end();
			},
		};
	};

	return {
		enter: async (request) => {
			const most = mostOf(request, limit) ?? limit.limitMicroUsd;
			const { limitMicroUsd } = limit;
			const booking = await spending.reserve(most, limitMicroUsd, lookAtUnfollowed, signal);
			const item = itemSpending(request, booking);
			return booking ? item : { ...item, refusal: reached(request, most, limit, spending) };
		},
		withoutJob: (request) => itemSpending(request, undefined),
	};
}

/** Jobs that were submitted before, and are only followed: what they have cost is booked. */
export function followedSpending(ports: Ports): ItemSpending {
	const spending = ExecutionSpending.of(ports);
	const own = new Set<string>();
	return {
		paying: async (send) => await send(),
		saw: (jobId, look) => {
			const booking = spending.budget.of(jobId);
			if (booking) spending.saw(booking, look);
		},
		follows: (jobId) => {
			own.add(jobId);
			spending.follow(jobId);
		},
		leave: () => {
			for (const jobId of own) spending.leave(jobId);
		},
	};
}

/** A submit of which nobody knows whether it took effect stays reserved. */
async function paid(
	booking: Booking,
	send: () => Promise<string>,
	spending: ExecutionSpending,
	follow: (jobId: string) => void,
): Promise<string> {
	spending.sending(booking);
	try {
		const jobId = await send();
		spending.named(booking, jobId);
		follow(jobId);
		return jobId;
	} catch (error) {
		if (error instanceof WanAvatarError && error.code !== 'SUBMIT_UNKNOWN')
			spending.release(booking);
		throw error;
	}
}

function isGoing({ tag }: JobState): boolean {
	return tag === 'queued' || tag === 'running';
}

function reached(
	request: GenerationRequest,
	most: number,
	{ limitMicroUsd }: SpendingLimit,
	{ budget }: ExecutionSpending,
): WanAvatarError {
	const { spentMicroUsd, reservedMicroUsd } = budget;
	return new WanAvatarError(
		'BUDGET_REACHED',
		`This item was not sent: its job can cost ${usdText(most)} USD, and of the Spending Limit of ${exactUsdText(limitMicroUsd)} USD up to ${usdText(spentMicroUsd)} USD are spent and ${usdText(reservedMicroUsd)} USD reserved for jobs that may still run`,
		{
			remedy:
				'Nothing was sent to RunPod for it. Run the workflow again for the items that are left: each execution has a limit of its own. Or raise Spending Limit in the Limits, or lower Max Run Time, by which less is reserved for each job.',
			details: {
				...ownerOf(request),
				spending_limit_usd: usdOf(limitMicroUsd),
				spent_usd: usdOf(spentMicroUsd),
				reserved_usd: usdOf(reservedMicroUsd),
				job_most_usd: usdOf(most),
			},
		},
	);
}
