import type { IExecuteFunctions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import type { KnownJob } from '../../../../lib/generation/job/knownJob';
import type { StatusPorts } from '../../../../lib/generation/job/status';
import type { JobResult } from '../../../../lib/generation/report/jobResult';
import type { QueueClient } from '../../../../lib/runpod/queue/queue';
import { clock, connectResults } from '../../n8n/connections';
import { readOptions } from '../../fields/optionGroups';
import { costWatches, isCostAsked } from '../../n8n/costs/includeCost';
import { resultItem } from '../../n8n/inlineVideo';
import { inputFieldsOf } from '../../n8n/itemInput';
import type { ItemResult, RunMode } from '../../n8n/operation';
import { runItems } from '../../n8n/runItems';
import { openJobs } from './jobReference';

/** How the result of one job is found; what the options say is read and checked before anything is asked of RunPod. */
interface ResultSearch<O> {
	parseOptions: (raw: unknown) => O;
	find: (
		job: KnownJob,
		ports: StatusPorts & { queue: QueueClient },
		options: O,
	) => Promise<JobResult>;
	atOnce: number;
	/** What to do about a job whose item was stopped. */
	ifLeft: string;
	/**
	 * What is known of an item without asking; nothing where it is to be asked for.
	 * @throws WanAvatarError for one that has failed before
	 */
	known?: (item: number) => ItemResult | undefined;
}

/** Gives out what comes of the jobs of all items. */
export async function giveOutResults<O>(
	context: IExecuteFunctions,
	mode: RunMode,
	{ parseOptions, find, atOnce, ifLeft, known = () => undefined }: ResultSearch<O>,
): Promise<End<ItemResult>[]> {
	const { withCosts } = await import('../../../../lib/generation/cost/costed');
	const { inSlot } = await import('../../../../lib/generation/run/slottedQueue');
	const results = await connectResults(context);
	const { read, factsOf } = await openJobs(context);
	const signal = context.getExecutionCancelSignal();
	const watchOf = costWatches(context);
	return await runItems(context, mode, {
		check: async (item) => {
			const result = known(item);
			if (result) return { tag: 'known', result } as const;
			const options = parseOptions(readOptions(context, item));
			const finish = inputFieldsOf(context, item);
			const costs = isCostAsked(context, item);
			return { tag: 'asked', at: await read(item), options, costs, finish } as const;
		},
		perform: async (checked) => {
			if (checked.tag === 'known') return checked.result;
			const { at, options, costs, finish } = checked;
			const watch = costs ? await watchOf(at.queue.endpointId) : undefined;
			return await inSlot(at.queue, signal, async (queue) => {
				const seen = watch ? watch.watched(queue) : queue;
				const found = await withCosts(watch, async () =>
					find(at.job, { queue: seen, clock, signal, ...results }, options),
				);
				return finish(await resultItem(context, found));
			});
		},
		factsOf: (checked) => (checked.tag === 'known' ? {} : factsOf(checked.at)),
		atOnce,
		ifLeft,
	});
}
