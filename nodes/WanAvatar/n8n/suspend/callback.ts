import type { IWebhookDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { createRounds } from '../../../../lib/base/async/rounds';
import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import { settle } from '../../../../lib/base/errors/settled';
import {
	isOver,
	isUnsure,
	noneKnown,
	takeJobsToLookAt,
	type KnownJobs,
} from '../../../../lib/generation/suspend/looks';
import type { CostSource } from '../../../../lib/runpod/management/costSource';
import type { JobLook } from '../../../../lib/generation/suspend/resumeJob';
import { clock, connectQueues, openResults } from '../connections';
import { connectCosts } from '../costs/includeCost';
import { answerWith } from '../webhook/answer';
import { sleepingExecution, type Suspension } from './suspension';

/** Behind the address of the execution: a call that comes late wakes no other node in which it sleeps by then, such as a Wait. */
const CALLBACK_PATH = 'wan-avatar';

/** Where RunPod calls an execution; empty where n8n tells no address. */
export function callbackUrl(resumeUrl: unknown): string {
	if (typeof resumeUrl !== 'string' || !URL.canParse(resumeUrl)) return '';
	const url = new URL(resumeUrl);
	url.pathname = `${url.pathname.replace(/\/$/, '')}/${CALLBACK_PATH}`;
	return url.href;
}

/** As n8n calls it for an execution that sleeps in this node; nothing is registered anywhere for it. */
export const callbackWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		path: CALLBACK_PATH,
		isFullPath: true,
		restartWebhook: true,
	},
];

type Looks = ReadonlyMap<string, JobLook>;

const rounds = createRounds<Looks>();
/** So long n8n may take to note that an execution does not sleep any more. */
const WAKING_MS = 3000;
const wokenAtMs = new Map<string, number>();
const knownJobs = new Map<string, KnownJobs>();
/** RunPod allows few questions about prices and workers: one execution asks them once. */
const costSources = new Map<string, CostSource>();
const MAX_RUNS = 500;

/**
 * Answers RunPod's callback of a job. Nothing in it is trusted: RunPod is asked about the jobs of the execution. It wakes
 * when the last one has ended, and RunPod is asked to call again where nobody can be sure.
 */
export async function answerCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const answered = await settle(answerOf(context));
	// Where a webhook throws, n8n wakes the execution and ends it.
	return 'value' in answered ? answered.value : answerWith(context, 503, 'n8n could not look');
}

async function answerOf(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { namedJob } = await import('../../../../lib/generation/suspend/callbackBody');
	const sleeping = await sleepingExecution(context);
	if (!sleeping) return answerWith(context, 404, 'no job of Wan Avatar is waited for here');
	const { suspension, wake } = sleeping;
	const { executionId, run, untilMs, items } = suspension;
	// The same execution sleeps again in another node, or in this one where Retry On Fail makes a failed job anew.
	const name = JSON.stringify([executionId, context.getNode().name, run, untilMs]);
	const known = keep(knownJobs, name, knownJobs.get(name) ?? noneKnown());
	const named = namedJob(context.getBodyData());
	if (named) known.named.add(named.jobId);
	const jobs = items.filter((item) => item.tag === 'job');
	const round = await rounds(name, async () => await look(context, suspension, known, name));
	if ('error' in round) return answerWith(context, 503, 'the jobs could not be looked at');
	const jobIds = jobs.map(({ record }) => record.job_id);
	if (isOver(jobIds, known, round.value)) {
		if (!round.isFirst || isWaking(name)) return answerWith(context, 200, 'noted');
		return { workflowData: [wake()] };
	}
	const saidToHaveEnded = named?.isSaidToHaveEnded ? named.jobId : undefined;
	return isUnsure(round.value, saidToHaveEnded)
		? answerWith(context, 503, 'not all jobs could be looked at')
		: answerWith(context, 200, 'noted');
}

/** Two callbacks at the same moment wake an execution once; where n8n failed to, RunPod's next call does. */
function isWaking(name: string): boolean {
	const nowMs = clock.monotonic();
	const wokenMs = wokenAtMs.get(name) ?? -Infinity;
	if (nowMs - wokenMs < WAKING_MS) return true;
	keep(wokenAtMs, name, nowMs);
	return false;
}

/** The newest entries alone: an execution that was deleted says nothing more. */
function keep<T>(entries: Map<string, T>, name: string, value: T): T {
	entries.delete(name);
	entries.set(name, value);
	const [oldest] = entries.keys();
	if (entries.size > MAX_RUNS && oldest !== undefined) entries.delete(oldest);
	return value;
}

async function look(
	context: IWebhookFunctions,
	{ items, noteSecret, includeCost }: Suspension,
	known: KnownJobs,
	name: string,
): Promise<Looks> {
	const jobs = items.filter((item) => item.tag === 'job');
	const { lookAtJobs } = await import('../../../../lib/generation/suspend/lookAtJobs');
	const jobIds = jobs.map(({ record }) => record.job_id);
	const wanted = takeJobsToLookAt(jobIds, known, clock.monotonic());
	const looked = jobs.filter(({ record }) => wanted.has(record.job_id));
	const [first] = looked;
	if (!first) return new Map();
	const ports = await connect(context, first.record.endpoint_id);
	const { endpoint_id } = first.record;
	const asked = costSources.get(name);
	const costs = includeCost
		? keep(costSources, name, asked ?? (await connectCosts(context, endpoint_id)))
		: undefined;
	const looks = await lookAtJobs(looked, { ...ports, costs, noteSecret });
	const found = new Map<string, JobLook>();
	for (const [index, { record }] of looked.entries()) {
		const seen = looks[index] ?? 'unknown';
		found.set(record.job_id, seen);
		if (seen === 'ended') known.ended.add(record.job_id);
	}
	return found;
}

async function connect(context: IWebhookFunctions, endpointId: string): Promise<GenerationPorts> {
	const [{ queueOf }, results] = await Promise.all([
		connectQueues(context),
		openResults(context, () => undefined),
	]);
	return {
		...results,
		queue: queueOf(endpointId),
		clock,
		// What n8n keeps of the execution is not saved by a callback that does not wake it.
		memory: { read: () => undefined, write: () => undefined },
		executionId: context.getExecutionId(),
	};
}
