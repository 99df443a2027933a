import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { settle, type End, type Settled } from '../../../../lib/base/errors/settled';
import type { HandOut } from '../../../../lib/generation/batch/handOut';
import type { JobReport } from '../../../../lib/generation/report/report';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
} from '../../../../lib/generation/request/ports';
import type { Callback } from '../../../../lib/generation/request/requestOptions';
import type { SubmittedItem, SuspendedItem } from '../../../../lib/generation/suspend/suspended';
import { runsAsTool } from '../../n8n/asTool';
import { errorItem } from '../../n8n/itemErrors';
import { ItemWithFiles, type ItemResult } from '../../n8n/operation';
import { runHints } from '../../n8n/runHints';
import { callbackUrl } from '../../n8n/suspend/callback';
import { fallAsleep, forgetSuspension, type Suspension } from '../../n8n/suspend/suspension';
import { labelled } from './request';
import { waitForCompletion, waitMode } from './waitFields';

/** Where RunPod calls this execution back; nothing where it waits in the node, as a tool always does. */
export async function callbackOf(context: IExecuteFunctions): Promise<Callback | undefined> {
	if (runsAsTool(context)) return undefined;
	if (context.getNodeParameter(waitMode.name, 0, '') !== 'suspend') return undefined;
	if (!context.getInputData().some((_, item) => isWaitedFor(context, item))) return undefined;
	const { parseRunPodSettings } = await import('../../../../lib/runpod/http/runPodCredential');
	const { queueBaseUrl } = parseRunPodSettings(await context.getCredentials('runPodApi', 0));
	const resumeUrl = context.evaluateExpression('{{ $execution.resumeUrl }}', 0);
	return { queueBaseUrl, resumeUrl: callbackUrl(resumeUrl) };
}

/** What is wrong with the expression of an item is said when the item is read. */
function isWaitedFor(context: IExecuteFunctions, item: number): boolean {
	try {
		return context.getNodeParameter(waitForCompletion.name, item, true) !== false;
	} catch {
		return false;
	}
}

interface Handlers {
	connect: () => Promise<GenerationPorts>;
	handOut: HandOut<ItemResult>;
	/** The item with what the options add to it. */
	item: (index: number, result: ItemResult) => ItemResult;
}

/** Submits all items and sleeps; what is output meanwhile are the jobs. Where nothing is to be slept for, the results. */
export async function submitAndSleep(
	context: IExecuteFunctions,
	requests: readonly Settled<GenerationRequest>[],
	{ connect, handOut, item }: Handlers,
	options: RunOptions,
): Promise<End<ItemResult>[]> {
	const { submitAll } = await import('../../../../lib/generation/suspend/submitAll');
	const { resumeAll } = await import('../../../../lib/generation/suspend/resumeAll');
	const { referenceTo } = await import('../../../../lib/generation/suspend/suspended');
	const { newNoteSecret } = await import('../../../../lib/generation/suspend/seal');
	const untilMs = Date.now() + longestMs(requests);
	const noteSecret = newNoteSecret();
	const connectSealing = async () => ({ ...(await connect()), noteSecret });
	const submission = await submitAll(requests, connectSealing, untilMs, options);
	if (submission.tag === 'refused') return submission.ends;
	if (submission.tag === 'awake') {
		if (submission.note !== undefined) runHints(context)(submission.note);
		return await resumeAll(submission.ends, submission.ports, handOut, options);
	}
	const references = submission.ends.map((end, i): End<ItemResult> =>
		'value' in end ? { value: item(i, shown(referenceTo(end.value))) } : end,
	);
	const items = await Promise.all(submission.ends.map(keptItem));
	const asleep = await settle(
		fallAsleep(
			context,
			{ untilMs, items, noteSecret, includeCost: options.includeCost },
			references.map(outputItem),
		),
	);
	const isStopped = context.getExecutionCancelSignal()?.aborted ?? false;
	if ('value' in asleep && !isStopped) return references.map(whileAsleep);
	if (!isStopped) runHints(context)('This execution waits in the node: n8n could not suspend it.');
	return await resumeAll(submission.ends, submission.ports, handOut, options);
}

/** Only shown: with a top-level "error" in the first item, Retry On Fail would run the node again at once. */
function whileAsleep(end: End<ItemResult>, item: number): { value: ItemResult } {
	if ('value' in end) return end;
	const { error, ...json } = outputItem(end, item).json;
	return { value: { ...json, failed: error } };
}

function longestMs(requests: readonly Settled<GenerationRequest>[]): number {
	return Math.max(0, ...requests.map((one) => ('value' in one ? one.value.timeoutMs : 0)));
}

function shown(report: JobReport): ItemResult {
	return { ...report };
}

async function keptItem(end: End<SubmittedItem>): Promise<SuspendedItem> {
	if ('value' in end) return end.value;
	const { failureOf } = await import('../../../../lib/generation/record/failure');
	const error = 'error' in end ? labelled(end.error) : new Error(end.skipped);
	return { tag: 'failed', failure: failureOf(error) };
}

function outputItem(end: End<ItemResult>, item: number): INodeExecutionData {
	const pairedItem = { item };
	if (!('value' in end)) {
		const error = 'error' in end ? labelled(end.error) : new Error(end.skipped);
		return { ...errorItem(error), pairedItem };
	}
	const { value } = end;
	return value instanceof ItemWithFiles
		? { json: value.json, binary: value.binary, pairedItem }
		: { json: value, pairedItem };
}

/** Gives out what came of the jobs for which the execution has slept. */
export async function wakeUp(
	context: IExecuteFunctions,
	{ items, untilMs, noteSecret }: Suspension,
	{ connect, handOut, continueOnFail }: Omit<Handlers, 'item'> & { continueOnFail: boolean },
): Promise<End<ItemResult>[]> {
	const { resumeAll } = await import('../../../../lib/generation/suspend/resumeAll');
	const { wokenItem } = await import('../../../../lib/generation/suspend/suspended');
	forgetSuspension(context);
	const woken = items.map((item) => wokenItem(item, untilMs - Date.now()));
	const options = { stopOnFault: !continueOnFail };
	return await resumeAll(woken, { ...(await connect()), noteSecret }, handOut, options);
}
