import type { End, Settled } from '../../base/errors/settled';
import { UNCOUNTED, type Gate } from '../batch/gate';
import { costed } from '../cost/costed';
import { givenOut, handOutResult, type HandOut } from '../batch/handOut';
import { endsRun, openRun, runAll } from '../batch/runAll';
import type { GenerationPorts, GenerationRequest, RunOptions } from '../request/ports';
import type { Result } from '../run/generate';
import type { JobContext } from '../run/jobContext';
import { followedSpending } from '../spending/limitedSpending';
import { everyone } from './lookAtJobs';
import { resumeJob } from './resumeJob';
import type { SubmittedItem } from './suspended';

/** All jobs are followed together: one that waits for its turn would not be cancelled by Stop. */
const AT_ONCE = 10_000;

/**
 * Gives out what came of items that were submitted before. A job that has not ended yet is followed; where an item has
 * failed already and ends the run, those that wait for a worker are cancelled. The ends come in the order of the items.
 */
export async function resumeAll<T>(
	items: readonly End<SubmittedItem>[],
	ports: GenerationPorts,
	handOut: HandOut<T>,
	options: Pick<RunOptions, 'stopOnFault' | 'pollIntervalMs'>,
): Promise<End<T>[]> {
	const { stopOnFault, pollIntervalMs } = options;
	const run = openRun(ports, { pollIntervalMs });
	if (stopOnFault && items.some(endsRun)) run.abort();
	const requests = items.map(requestOf);
	const turns = { atOnce: AT_ONCE, admit: bookingAll(ports), stopOnFault, haveJobs: true };
	const ends = await runAll(requests, run, turns, async (context, index, signal) => {
		const { request } = context;
		const item = items[index];
		if (!item || !('value' in item))
			throw new Error('an item that was not submitted has no result');
		const result = await costed(await resultOf(item.value, context), context);
		return await handOutResult(result, request, async (report, video) =>
			handOut(report, request, index, { video, signal }),
		);
	});
	const told = ends.map((end, index) => skippedBefore(items[index]) ?? end);
	return await givenOut(told, run, options);
}

/** Nobody waits for a turn; where the execution has a spending limit, what the jobs have cost is booked. */
function bookingAll(ports: GenerationPorts): Gate {
	if (!ports.spending) return everyone;
	return async (_request, work) => {
		const spending = followedSpending(ports);
		try {
			return await work({ ...UNCOUNTED, spending });
		} finally {
			spending.leave();
		}
	};
}

function requestOf(item: End<SubmittedItem>): Settled<GenerationRequest> {
	if ('value' in item) return { value: item.value.request };
	return { error: 'error' in item ? item.error : item.skipped };
}

function skippedBefore<T>(item: End<T> | undefined): { skipped: string } | undefined {
	return item && 'skipped' in item ? item : undefined;
}

async function resultOf(item: SubmittedItem, context: JobContext): Promise<Result> {
	if (item.tag === 'job') return await resumeJob(item.record, context);
	const { report, record } = item;
	return record ? { report, record } : { report };
}
