import type { IExecuteFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';
import type { CostWatch } from '../../../../lib/generation/cost/costWatch';
import type { PriceSource } from '../../../../lib/generation/request/ports';
import { readSwitchOption } from '../../fields/formValue';
import { readOptions, type GroupedOption } from '../../fields/optionGroups';
import { NOT_AS_TOOL } from '../asTool';
import { clock } from '../connections';
import { connectAccount } from '../management';
import { runHints } from '../runHints';

const includeCost: INodeProperties = {
	displayName: 'Include Cost',
	name: 'includeCost',
	type: 'boolean',
	default: false,
	description:
		'Whether to output what a job has cost at least and at most, and its GPU, when it has ended. Asks RunPod for its prices and workers, which the API key must be allowed to read.',
	...NOT_AS_TOOL,
};

/** The option as operations that give out a finished job have it. */
export const costOption: GroupedOption = { group: 'output', property: includeCost };

/** @throws InvalidInput */
export function isCostAsked(context: IExecuteFunctions, item: number): boolean {
	return readSwitchOption(readOptions(context, item), includeCost);
}

/** The prices and workers of one endpoint, for as long as one run takes. */
export async function connectCosts(
	context: IExecuteFunctions | IWebhookFunctions,
	endpointId: string,
): Promise<PriceSource> {
	const { createCostSource } = await import('../../../../lib/runpod/management/costSource');
	const { management } = await connectAccount(context);
	// A webhook has no panel to say it in; the execution that it wakes says it.
	const hint = 'addExecutionHints' in context ? runHints(context) : () => undefined;
	// Told by whoever ends with an error: n8n drops its hints.
	const reasons: string[] = [];
	const source = createCostSource(endpointId, management, (reason) => {
		reasons.push(reason);
		hint(reason);
	});
	return { ...source, reason: () => reasons[0] };
}

const known = new WeakMap<object, Map<string, PriceSource>>();

/** The same for all turns of a loop, and all calls of a tool: RunPod takes few such requests a minute. */
export async function executionCosts(
	context: IExecuteFunctions,
	endpointId: string,
): Promise<PriceSource> {
	const node = context.getContext('node');
	const sources = known.get(node) ?? new Map<string, PriceSource>();
	known.set(node, sources);
	const source = sources.get(endpointId) ?? (await connectCosts(context, endpointId));
	sources.set(endpointId, source);
	return {
		...source,
		endpoint: async () => {
			const costs = await source.endpoint();
			// The next turn asks again.
			if (!costs || costs.prices.length === 0) sources.delete(endpointId);
			return costs;
		},
	};
}

/** Watches the jobs of an endpoint. */
export type WatchOf = (
	endpointId: string,
) => Promise<CostWatch | undefined> | CostWatch | undefined;

/** One watch for each endpoint. */
export function costWatches(context: IExecuteFunctions): WatchOf {
	const watches = new Map<string, Promise<CostWatch>>();
	return async (endpointId) => {
		const watch = watches.get(endpointId) ?? openWatch(context, endpointId);
		watches.set(endpointId, watch);
		return await watch;
	};
}

async function openWatch(context: IExecuteFunctions, endpointId: string): Promise<CostWatch> {
	const { createCostWatch } = await import('../../../../lib/generation/cost/costWatch');
	const source = await connectCosts(context, endpointId);
	return createCostWatch(source, clock, context.getExecutionCancelSignal(), runHints(context));
}
