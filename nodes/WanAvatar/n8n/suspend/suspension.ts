import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { SuspendedItem } from '../../../../lib/generation/suspend/suspended';
import { runIndexOf } from '../executionMemory';

const KEY = 'wanAvatarSuspension';

/** What n8n keeps of a run of this node while its execution sleeps: also over a restart of n8n. */
export interface Suspension {
	executionId: string;
	/** How often the node had run before in this execution: a loop runs it again. */
	run: number;
	/** The end of the sleep, in milliseconds since the epoch. */
	untilMs: number;
	items: SuspendedItem[];
	/** Proves to it what was noted of its videos in the bucket; not in what earlier versions kept. */
	noteSecret?: string | undefined;
	/** The costs of its jobs are asked for; not in what earlier versions kept. */
	includeCost?: boolean;
	/** What came in: at the end of the sleep n8n passes on what stands in its place. */
	input: INodeExecutionData[];
}

type Asleep = Pick<Suspension, 'untilMs' | 'items' | 'noteSecret' | 'includeCost'>;

/**
 * Puts the execution to sleep. When its time is over n8n passes on the items that the array of the input holds then: they
 * refer to the jobs.
 */
export async function fallAsleep(
	context: IExecuteFunctions,
	{ untilMs, items, noteSecret, includeCost }: Asleep,
	references: readonly INodeExecutionData[],
): Promise<void> {
	const { suspendedItems } = await import('../../../../lib/generation/suspend/suspended');
	// What n8n could not save, such as files that were sent, is left out.
	const kept = suspendedItems.parse(items);
	await context.putExecutionToWait(new Date(untilMs));
	const input = context.getInputData();
	const suspension: Suspension = {
		executionId: context.getExecutionId(),
		run: runIndexOf(context),
		untilMs,
		items: kept,
		noteSecret,
		includeCost: includeCost === true,
		input: [...input],
	};
	context.getContext('node')[KEY] = suspension;
	input.splice(0, input.length, ...references);
	const { main } = fieldsOf(fieldsOf(Reflect.get(context, 'executeData')).data);
	// With Execute Once the node gets a copy of what n8n keeps.
	if (Array.isArray(main) && main[0] !== input) main[0] = [...references];
}

/** What this run of the node has slept for; nothing where it did not. */
export async function sleptFor(context: IExecuteFunctions): Promise<Suspension | undefined> {
	const suspension = await readSuspension(context.getContext('node'));
	// n8n's own agents run a tool in no execution, which has no ID.
	if (!suspension) return undefined;
	if (suspension.executionId !== context.getExecutionId()) return undefined;
	return suspension.run === runIndexOf(context) ? suspension : undefined;
}

/** It sleeps no more: whatever runs the node again begins anew, and finds the jobs in their records. */
export function forgetSuspension(context: IExecuteFunctions): void {
	context.getContext('node')[KEY] = undefined;
}

/** An execution that sleeps, as its webhook finds it. */
export interface SleepingExecution {
	suspension: Suspension;
	/** Wakes it: the node runs again, with the items that came in. Else n8n passes on what the webhook gives. */
	wake: () => INodeExecutionData[];
}

/** The execution that sleeps in the node whose webhook is called; nothing where it sleeps for something else. */
export async function sleepingExecution(
	context: IWebhookFunctions,
): Promise<SleepingExecution | undefined> {
	// n8n's types hide it; it is there since 1.72, and what is kept in getContext stands nowhere else.
	const { executionData } = fieldsOf(Reflect.get(context, 'runExecutionData'));
	const { contextData, nodeExecutionStack } = fieldsOf(executionData);
	const suspension = await readSuspension(fieldsOf(contextData)[`node:${context.getNode().name}`]);
	if (suspension?.executionId !== context.getExecutionId()) return undefined;
	const { node, data } = fieldsOf(firstOf(nodeExecutionStack));
	return {
		suspension,
		wake: () => {
			// n8n has disabled the node, so that it passes on what the webhook gives.
			if (isObject(node) && Reflect.set(node, 'disabled', false)) return suspension.input;
			return firstOutput(data);
		},
	};
}

async function readSuspension(nodeContext: unknown): Promise<Suspension | undefined> {
	const kept = fieldsOf(fieldsOf(nodeContext)[KEY]);
	const { executionId, run, untilMs, items, input, noteSecret } = kept;
	const includeCost = kept.includeCost === true;
	if (typeof executionId !== 'string' || typeof run !== 'number') return undefined;
	if (typeof untilMs !== 'number' || !isItems(input)) return undefined;
	const { suspendedItems } = await import('../../../../lib/generation/suspend/suspended');
	const { data } = suspendedItems.safeParse(items);
	const secret = typeof noteSecret === 'string' ? noteSecret : undefined;
	if (!data) return undefined;
	return { executionId, run, untilMs, items: data, noteSecret: secret, includeCost, input };
}

function firstOutput(data: unknown): INodeExecutionData[] {
	const items = firstOf(fieldsOf(data).main);
	return isItems(items) ? items : [];
}

function firstOf(list: unknown): unknown {
	return Array.isArray(list) ? Array.from<unknown>(list)[0] : undefined;
}

function isItems(value: unknown): value is INodeExecutionData[] {
	return Array.isArray(value) && value.every((item) => isObject(fieldsOf(item).json));
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
	return isObject(value) ? { ...value } : {};
}
