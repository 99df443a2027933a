import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { JobReport } from '../../../../lib/generation/report/report';
import { NOT_STARTED, type End, type Settled } from '../../../../lib/base/errors/settled';
import { clock } from '../../n8n/connections';
import { costWatches, isCostAsked, type WatchOf } from '../../n8n/costs/includeCost';
import { inputFieldsOf } from '../../n8n/itemInput';
import { SeveralEnds, type ItemResult, type RunMode } from '../../n8n/operation';
import { performAll, runItems } from '../../n8n/runItems';
import { cancelProperties, openWishes, type Left } from './cancelWish';
import { openJobs, type JobAtQueue, type JobReader } from './jobReference';
import { JOB_REPORT, type Outputs } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel avatar jobs',
	description: 'Stop jobs, whether they wait or run, so that they cost nothing more',
};

export const outputs: Outputs = JOB_REPORT;

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['cancel'] } },
	cancelProperties,
);

// RunPod's limit on cancels of an endpoint that are under way.
const AT_ONCE = 20;

/** Cancels the jobs of all items, each once; one that cannot be cancelled does not keep the others from it. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<SeveralEnds>[]> {
	const jobs = await openJobs(context);
	const { read, find, factsOf } = await openWishes(context, jobs);
	const found = await runItems(context, mode, {
		check: async (item) => {
			const finish = inputFieldsOf(context, item);
			return { wish: await read(item), finish, isCosted: isCostAsked(context, item) };
		},
		perform: async ({ wish, ...how }) => ({ left: await find(wish), ...how }),
		factsOf: ({ wish }) => factsOf(wish),
		ifLeft: 'No job was cancelled for it.',
		goesOn: true,
	});
	const left = found.flatMap((end) => ('value' in end ? end.value.left : []));
	const isAny = found.some((end) => 'value' in end && end.value.isCosted);
	const watchOf = isAny ? costWatches(context) : () => undefined;
	const endOf = await cancelEach(context, mode, { ...jobs, watchOf }, left);
	return found.map((end) => {
		if (!('value' in end)) return end;
		const { finish } = end.value;
		return { value: new SeveralEnds(end.value.left.map((one) => finishedBy(finish, endOf(one)))) };
	});
}

/** Cancels each job once, whoever asks for it, and tells the end of each. */
async function cancelEach(
	context: IExecuteFunctions,
	mode: RunMode,
	{ factsOf, watchOf }: Pick<JobReader, 'factsOf'> & { watchOf: WatchOf },
	left: readonly Settled<Left>[],
): Promise<(one: Settled<Left>) => End<JobReport>> {
	const { withCosts } = await import('../../../../lib/generation/cost/costed');
	const { cancelJob } = await import('../../../../lib/generation/job/jobControl');
	const jobs = new Map<string, JobAtQueue>();
	for (const one of left)
		if ('value' in one && 'job' in one.value) jobs.set(nameOf(one.value), one.value);
	const distinct = [...jobs.values()].map((value) => ({ value }));
	const ends = await performAll(context, mode, distinct, {
		perform: async ({ job, queue }) => {
			const watch = await watchOf(queue.endpointId);
			const seen = watch ? watch.watched(queue) : queue;
			const found = await withCosts(watch, async () => ({
				report: await cancelJob(job, seen, clock),
			}));
			return found.report;
		},
		factsOf,
		atOnce: AT_ONCE,
		ifLeft: 'It may or may not be cancelled: see with Get Status, or cancel it again.',
		goesOn: true,
	});
	const byName = new Map([...jobs.keys()].map((name, index) => [name, ends[index]]));
	return (one) => {
		if ('error' in one) return one;
		if ('finished' in one.value) return { value: one.value.finished };
		return byName.get(nameOf(one.value)) ?? NOT_STARTED;
	};
}

function nameOf({ job, queue }: JobAtQueue): string {
	return `${queue.endpointId}/${job.job_id}`;
}

function finishedBy(
	finish: ReturnType<typeof inputFieldsOf>,
	end: End<JobReport>,
): End<ItemResult> {
	return 'value' in end ? { value: finish({ ...end.value }) } : end;
}
