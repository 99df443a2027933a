import { isGoing, type SeenJob } from '../seen/jobsSeen';
import type { Ask, Manner, Request } from '../seen/ledger';

/** What somebody knows who asks once more. */
export interface Known {
	nowMs: number;
	/** How often n8n has been started. */
	life: number;
	isUp: boolean;
	/** Since when an execution goes on no more; nothing: it goes on, or nobody knows yet. */
	overSinceMs: (executionId: string) => number | undefined;
	/** What the Requests page of RunPod lists. */
	jobs: readonly SeenJob[];
}

/** An execution may have told of its items a moment before it is listed as ended. */
const SETTLE_MS = 3000;
const NOT_TAKEN_MS = 5000;
const NEVER_BEGUN_MS = 180_000;
/** RunPod calls three times within 20 s. */
const CALLBACK_MS = 25_000;

/** Whether the last try has come to nothing, so that somebody asks again. */
export function isDue({ asks, delivered }: Request, known: Known): boolean {
	const last = asks.at(-1);
	if (!last || delivered || !known.isUp) return false;
	const { nowMs } = known;
	if (last.end) return nowMs - last.end.atMs > SETTLE_MS;
	if (last.submittedJobId !== undefined) return isCallMissed(last, known);
	if (last.executionId === undefined) return isNotTaken(last, known);
	const overMs = known.overSinceMs(last.executionId);
	return overMs !== undefined && nowMs - overMs > SETTLE_MS;
}

function isCallMissed({ submittedJobId }: Ask, { jobs, nowMs }: Known): boolean {
	const job = jobs.find(({ id }) => id === submittedJobId);
	return job?.endedAtMs !== undefined && nowMs - job.endedAtMs > CALLBACK_MS;
}

/** n8n has refused it, or has died since: what it had not begun is gone. What it may still begin is not asked for twice. */
function isNotTaken({ sent, life, sentAtMs }: Ask, known: Known): boolean {
	const isGone = sent === 'refused' || life !== known.life;
	return known.nowMs - sentAtMs > (isGone ? NOT_TAKEN_MS : NEVER_BEGUN_MS);
}

/** How somebody asks again who has read the error, and looked at the record and at RunPod's Requests page. */
export function mannerOf(
	{ flow, asks }: Request,
	{ jobs }: Pick<Known, 'jobs'>,
	isGivenOut: boolean,
): Manner {
	const last = asks.at(-1);
	if (flow === 'trigger' && isJobKnown(last)) return 'by job ID';
	if (isGivenOut) return 'return it';
	const code = last?.end?.code;
	const isListed = jobs.some(({ status, madeVideo }) => isGoing(status) || madeVideo);
	return code === 'SUBMIT_UNKNOWN' && !isListed ? 'submit anyway' : 'as before';
}

/** Its ID was told, and nothing of its end. */
function isJobKnown(last: Ask | undefined): boolean {
	return last?.submittedJobId !== undefined && !last.end;
}
