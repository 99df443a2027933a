import type { End, Settled } from '../../base/errors/settled';
import type { RunBody } from '../../runpod/queue/queueRequests';
import { checkPreview } from '../request/checkOnly';
import type { GenerationPorts, GenerationRequest, RunOptions } from '../request/ports';
import { openEstimates, type Estimate } from '../cost/estimates';
import { createGate } from './gate';
import { generate } from '../run/generate';
import { costed } from '../cost/costed';
import { givenOut, handOutResult, type HandOut } from './handOut';
import { prepareAll } from './prepareAll';
import { openRun, runAll } from './runAll';

export interface GenerationHandlers<T> {
	/** Ports that are opened only when all items are good: a credential, a connection. */
	connect: () => Promise<GenerationPorts>;
	handOut: HandOut<T>;
	/** Makes of a body that would be sent what the item gives out. */
	show: (body: CheckedBody, index: number) => T;
}

/** A body that would be sent, with what its job will cost where that is asked for. */
export interface CheckedBody extends RunBody {
	estimate?: Estimate;
}

/** So many have begun or wait for their turn: more than an endpoint takes at once. */
const ENTERING_AT_ONCE = 400;

/**
 * Makes many avatars: all are checked before the first is submitted, then up to `maxParallelJobs` are under way at once.
 * The ends come in the order of the requests; a request that is faulty stays as it is.
 */
export async function generateAll<T>(
	requests: readonly Settled<GenerationRequest>[],
	{ connect, handOut, show }: GenerationHandlers<T>,
	options: RunOptions,
): Promise<End<T>[]> {
	const prepared = await prepareAll(requests, connect, options);
	if ('ends' in prepared) return prepared.ends;
	const { ready, ports, limited } = prepared;
	if (options.checkOnly) return await shown(ready, ports, show);
	const run = openRun(ports, options);
	const { maxParallelJobs, stopOnFault } = options;
	const atOnce = Math.max(ENTERING_AT_ONCE, maxParallelJobs ?? 0);
	const turns = { atOnce, admit: createGate(run, maxParallelJobs, limited), stopOnFault };
	const ends = await runAll(ready, run, turns, async (context, index, signal) => {
		const { request } = context;
		const result = await costed(await generate(context), context);
		return await handOutResult(result, request, async (report, video) =>
			handOut(report, request, index, { video, signal }),
		);
	});
	return await givenOut(ends, run, options);
}

async function shown<T>(
	ready: readonly Settled<GenerationRequest>[],
	ports: GenerationPorts,
	show: GenerationHandlers<T>['show'],
): Promise<End<T>[]> {
	const requests = ready.flatMap((one) => ('value' in one ? [one.value] : []));
	const estimates = await openEstimates(requests, ports);
	if (estimates && requests.length > 1) ports.onSummary?.(estimates.summary(requests));
	return ready.map((request, i) => {
		if ('error' in request) return request;
		const body = checkPreview(request.value);
		return {
			value: show(estimates ? { ...body, estimate: estimates.of(request.value) } : body, i),
		};
	});
}
