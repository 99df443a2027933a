import type { IWebhookDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { createRounds } from '../../../../lib/base/async/rounds';
import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import type { JobLook } from '../../../../lib/generation/suspend/resumeJob';
import { clock, connectQueues, openResults } from '../connections';
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

const rounds = createRounds<JobLook[]>();
/** So long n8n may take to note that an execution does not sleep any more. */
const WAKING_MS = 3000;
const wokenAtMs = new Map<string, number>();
/** The jobs that have ended, by run: what is in the records says it too, but costs a request. */
const endedJobs = new Map<string, Set<string>>();
const MAX_RUNS = 500;

/**
 * Answers RunPod's callback of a job. Nothing in it is trusted: RunPod is asked about all jobs of the execution that have
 * not ended as far as is known. The execution wakes when the last one has ended, and RunPod is asked to call again where
 * nobody can be sure.
 */
export async function answerCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const sleeping = await sleepingExecution(context);
	if (!sleeping) return answer(context, 404, 'no job of Wan Avatar is waited for here');
	const { suspension, wake } = sleeping;
	const name = `${suspension.executionId}:${String(suspension.run)}`;
	const round = await rounds(name, async () => lookAtAll(context, suspension, endedIn(name)));
	if ('error' in round) return answer(context, 503, 'the jobs could not be looked at');
	const looks = round.value;
	if (looks.every((look) => look === 'ended' || look === 'unnoted')) {
		if (!round.isFirst || isWaking(name)) return answer(context, 200, 'noted');
		return { workflowData: [wake()] };
	}
	return looks.some((look) => look === 'unknown' || look === 'unnoted')
		? answer(context, 503, 'not all jobs could be looked at')
		: answer(context, 200, 'noted');
}

function answer(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	const response: unknown = context.getResponseObject();
	if (!isResponse(response)) throw new Error('n8n gives no response to answer with');
	response.status(status).json({ message });
	return { noWebhookResponse: true };
}

/** As much of Express as is needed, whose types n8n-workflow refers to and does not bring. */
interface Response {
	status: (code: number) => Response;
	json: (body: object) => unknown;
}

function isResponse(value: unknown): value is Response {
	if (typeof value !== 'object' || value === null) return false;
	return typeof Reflect.get(value, 'status') === 'function' && 'json' in value;
}

/** Two callbacks at the same moment wake an execution once; where n8n failed to, RunPod's next call does. */
function isWaking(name: string): boolean {
	const nowMs = clock.monotonic();
	const wokenMs = wokenAtMs.get(name) ?? -Infinity;
	if (nowMs - wokenMs < WAKING_MS) return true;
	keep(wokenAtMs, name, nowMs);
	endedJobs.delete(name);
	return false;
}

function endedIn(name: string): Set<string> {
	const ended = endedJobs.get(name) ?? new Set<string>();
	keep(endedJobs, name, ended);
	return ended;
}

/** The newest entries alone: an execution that was deleted says nothing more. */
function keep<T>(entries: Map<string, T>, name: string, value: T): void {
	entries.delete(name);
	entries.set(name, value);
	const [oldest] = entries.keys();
	if (entries.size > MAX_RUNS && oldest !== undefined) entries.delete(oldest);
}

async function lookAtAll(
	context: IWebhookFunctions,
	{ items }: Suspension,
	ended: Set<string>,
): Promise<JobLook[]> {
	const { lookAtJobs } = await import('../../../../lib/generation/suspend/lookAtJobs');
	const jobs = items
		.filter((item) => item.tag === 'job')
		.filter(({ record }) => !ended.has(record.job_id));
	const [first] = jobs;
	if (!first) return [];
	const looks = await lookAtJobs(jobs, await connect(context, first.record.endpoint_id));
	for (const [index, { record }] of jobs.entries())
		if (looks[index] === 'ended') ended.add(record.job_id);
	return looks;
}

async function connect(context: IWebhookFunctions, endpointId: string): Promise<GenerationPorts> {
	const [{ queueOf }, results] = await Promise.all([connectQueues(context), openResults(context)]);
	return {
		...results,
		queue: queueOf(endpointId),
		clock,
		// What n8n keeps of the execution is not saved by a callback that does not wake it.
		memory: { read: () => undefined, write: () => undefined },
		executionId: context.getExecutionId(),
	};
}
