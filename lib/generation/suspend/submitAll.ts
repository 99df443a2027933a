import type { End, Settled } from '../../base/errors/settled';
import { createGate } from '../batch/gate';
import { prepareAll } from '../batch/prepareAll';
import { endsRun, openRun, runAll } from '../batch/runAll';
import type { GenerationPorts, GenerationRequest, RunOptions } from '../request/ports';
import { generate, type Result } from '../run/generate';
import { isSubmitted } from '../run/jobContext';
import { lookAtJobs } from './lookAtJobs';
import type { SubmittedItem } from './suspended';

/** What came of submitting all items. */
export type Submission =
	/** Nothing was sent. */
	| { tag: 'refused'; ends: End<never>[] }
	/** Jobs are still to end, and RunPod calls back for each. */
	| { tag: 'asleep'; ends: End<SubmittedItem>[]; ports: GenerationPorts }
	/** There is nothing to sleep for; `note` says why, where that is no end. */
	| { tag: 'awake'; ends: End<SubmittedItem>[]; ports: GenerationPorts; note?: string };

const ENTERING_AT_ONCE = 400;

/** Checks all items and submits them, as `generateAll` does, but follows none; before anybody sleeps all are looked at. */
export async function submitAll(
	requests: readonly Settled<GenerationRequest>[],
	connect: () => Promise<GenerationPorts>,
	untilMs: number,
	options: RunOptions,
): Promise<Submission> {
	const prepared = await prepareAll(requests, connect, options);
	if ('ends' in prepared) return { tag: 'refused', ends: prepared.ends };
	const { ready, ports, limited } = prepared;
	const run = openRun(ports, options);
	const { stopOnFault } = options;
	const admit = createGate(run, undefined, limited);
	const turns = { atOnce: ENTERING_AT_ONCE, admit, stopOnFault };
	const ends = await runAll(ready.map(unfollowed(untilMs)), run, turns, async (context, index) => {
		const request = requestAt(ready, index) ?? context.request;
		const item = submittedItem(await generate(context), request);
		// Its result is still to come: a later try of this execution asks for it.
		if (item.tag === 'job') context.book.remember(item.record);
		return item;
	});
	const awake = { tag: 'awake', ends, ports } as const;
	if (ports.signal?.aborted || (stopOnFault && ends.some(endsRun))) return awake;
	const items = ends.flatMap((end) => ('value' in end ? [end.value] : []));
	const jobs = items.filter((item) => item.tag === 'job');
	const foreign = jobs.find(({ record }) => record.execution_id !== ports.executionId);
	if (foreign) return { ...awake, note: othersJob(foreign.record) };
	const looks = await lookAtJobs(jobs, ports);
	const isOver = looks.every((look) => look === 'ended' || look === 'unnoted');
	return isOver || ports.signal?.aborted ? awake : { tag: 'asleep', ends, ports };
}

function unfollowed(
	untilMs: number,
): (request: Settled<GenerationRequest>) => Settled<GenerationRequest> {
	return (request) =>
		'error' in request || !request.value.waitForCompletion
			? request
			: {
					value: { ...request.value, waitForCompletion: false, suspendedUntilMs: untilMs },
				};
}

function requestAt(
	requests: readonly Settled<GenerationRequest>[],
	index: number,
): GenerationRequest | undefined {
	const request = requests[index];
	return request && 'value' in request ? request.value : undefined;
}

/** A video that lies nowhere else is asked for again once it is given out. */
function submittedItem(
	{ record, report, video }: Result,
	request: GenerationRequest,
): SubmittedItem {
	const isPending = request.waitForCompletion && (report.status !== 'COMPLETED' || video);
	return record && isSubmitted(record) && isPending
		? { tag: 'job', request, record }
		: { tag: 'done', request, report, record };
}

function othersJob({ job_id, execution_id }: { job_id: string; execution_id: string }): string {
	return `This execution waits in the node: job ${job_id} was submitted by execution ${execution_id}, and RunPod calls that one back.`;
}
