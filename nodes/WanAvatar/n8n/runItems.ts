import type { IExecuteFunctions } from 'n8n-workflow';
import { waitUnlessAborted } from '../../../lib/base/async/abort';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { mapConcurrently } from '../../../lib/base/async/concurrency';
import { graceAfter } from '../../../lib/base/async/grace';
import { WORKFLOW_STOPPED } from '../../../lib/base/async/stop';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { NOT_STARTED, settle, type End, type Settled } from '../../../lib/base/errors/settled';
import { clock } from './connections';
import { asWanAvatarError } from './itemErrors';
import type { RunMode } from './operation';

/** What is known of an item beside its fields, in the contract's names; an item that has a job has its `job_id`. */
export type Facts = Readonly<Record<string, unknown>>;

/** What is done with what the check of one item gave. */
export interface Performance<C, T> {
	perform: (checked: C, index: number) => Promise<T>;
	/** For the errors of the item. */
	factsOf?: (checked: C) => Facts;
	/** How many are worked on at once; default one after the other, since they may concern the same thing. */
	atOnce?: number;
	/** What has to be known of work that Stop did not wait for. */
	ifLeft: string;
	/** Whether the others are done though one failed, also without Continue On Fail; default not. */
	goesOn?: boolean;
}

export interface ItemWork<C, T> extends Performance<C, T> {
	/** Reads and checks the fields of one item: whatever can be known to be wrong without asking a server. */
	check: (item: number) => Promise<C> | C;
}

/** For `ifLeft`: of work that only reads. */
export const NOTHING_CHANGED = 'It changes nothing.';
/** For `ifLeft`: of work that changes something elsewhere. */
export const MAY_HAVE_HAPPENED = 'It may or may not have happened: look before you do it again.';

// Work that ends by itself after its own grace is heard; the output must be there within 2 s.
const STOP_GRACE_MS = LIMITS.graceMs + 250;

/**
 * Checks all items, then does the work. Nothing at all is done when one is bad, unless Continue On Fail makes it fail by
 * itself. After Stop nothing more is started, also not by the next try of Retry On Fail.
 */
export async function runItems<C, T>(
	context: IExecuteFunctions,
	mode: RunMode,
	{ check, ...performance }: ItemWork<C, T>,
): Promise<End<T>[]> {
	const checked = await checkItems(context, check);
	if (!mode.continueOnFail && checked.some((one) => 'error' in one))
		return checked.map((one) =>
			'error' in one ? one : leftAlone(factsOf(performance, one.value)),
		);
	return await performAll(context, mode, checked, performance);
}

/** Checks the items one after the other; nothing is sent. */
async function checkItems<C>(
	context: IExecuteFunctions,
	check: (item: number) => Promise<C> | C,
): Promise<Settled<C>[]> {
	const checked: Settled<C>[] = [];
	for (const [item] of context.getInputData().entries())
		checked.push(told(await settle((async () => await check(item))()), {}));
	return checked;
}

/** Does the work for what passed; what did not stays as it is. The ends come in the same order. */
export async function performAll<C, T>(
	context: IExecuteFunctions,
	{ continueOnFail }: RunMode,
	checked: readonly Settled<C>[],
	performance: Performance<C, T>,
): Promise<End<T>[]> {
	const stopped = context.getExecutionCancelSignal();
	const grace = graceAfter(stopped, STOP_GRACE_MS, clock);
	const stop = { stopped, over: grace.signal };
	const endsAll = !continueOnFail && performance.goesOn !== true;
	let isOver = false;
	const one = async (value: C, index: number): Promise<End<T>> => {
		const facts = factsOf(performance, value);
		if (isOver) return leftAlone(facts);
		const work = async () => await performance.perform(value, index);
		const end = told(await settle(unlessStopped(work, stop, facts, performance.ifLeft)), facts);
		isOver ||= endsAll && 'error' in end;
		return end;
	};
	try {
		return await mapConcurrently(checked, performance.atOnce ?? 1, async (each, index) =>
			'error' in each ? each : await one(each.value, index),
		);
	} finally {
		grace.release();
	}
}

function factsOf<C, T>(performance: Pick<Performance<C, T>, 'factsOf'>, checked: C): Facts {
	return performance.factsOf?.(checked) ?? {};
}

/** Whoever knows of a job must not take it for one that was never started. */
function leftAlone({ job_id }: Facts): { skipped: string } {
	if (typeof job_id !== 'string') return NOT_STARTED;
	return { skipped: `nothing was done for it: job ${job_id} is as it was` };
}

function told<T>(end: Settled<T>, facts: Facts): Settled<T> {
	return 'error' in end ? { error: asWanAvatarError(end.error).withDetails(facts) } : end;
}

async function unlessStopped<T>(
	work: () => Promise<T>,
	{ stopped, over }: { stopped: AbortSignal | undefined; over: AbortSignal },
	facts: Facts,
	ifLeft: string,
): Promise<T> {
	if (stopped?.aborted) throw stoppedBefore(facts);
	try {
		return await waitUnlessAborted(work(), over);
	} catch (error) {
		throw over.aborted && !(error instanceof WanAvatarError) ? stoppedAmid(facts, ifLeft) : error;
	}
}

function stoppedBefore({ job_id }: Facts): WanAvatarError {
	if (typeof job_id !== 'string')
		return new WanAvatarError('STOPPED', `${WORKFLOW_STOPPED} before this item`, {
			remedy: 'Nothing was done for it.',
		});
	return new WanAvatarError(
		'STOPPED',
		`${WORKFLOW_STOPPED} before anything was done with job ${job_id}`,
		{ remedy: 'Nothing was done for it: the job is as it was, and may be running.' },
	);
}

function stoppedAmid({ job_id }: Facts, ifLeft: string): WanAvatarError {
	const what = typeof job_id === 'string' ? `job ${job_id}` : 'this item';
	return new WanAvatarError(
		'STOPPED',
		`${WORKFLOW_STOPPED}, and what was under way for ${what} was not waited for`,
		{ remedy: ifLeft },
	);
}
