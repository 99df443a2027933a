import { joinSignals } from '../../base/async/abort';
import { WORKFLOW_STOPPED } from '../../base/async/stop';
import { WanAvatarError } from '../../base/errors/errors';
import { NOT_STARTED, settle, type End, type Settled } from '../../base/errors/settled';
import { LIMITS } from '../../base/async/timeLimits';
import type { Bucket } from '../../storage/objects/bucket';
import { refuseCollisions } from '../request/collisions';
import { refuseBadObjects, tellNotes } from '../request/preflight';
import type { GenerationPorts, GenerationRequest, RunOptions } from '../request/ports';
import { bounded, pricedLimit, type SpendingLimit } from '../spending/limit';
import { createLimitedSpending, type LimitedSpending } from '../spending/limitedSpending';

type Requests = readonly Settled<GenerationRequest>[];

/** Requests that may be sent, or the ends of a run that is not started. */
export type Prepared =
	| {
			ready: Requests;
			ports: GenerationPorts;
			/** Where the run has a spending limit. */
			limited: LimitedSpending | undefined;
	  }
	| { ends: End<never>[] };

type Options = Pick<RunOptions, 'stopOnFault' | 'spending'>;

/** Looks at all requests before anything is sent for the first; ports are opened only when all items are good. */
export async function prepareAll(
	requests: Requests,
	connect: () => Promise<GenerationPorts>,
	options: Options,
): Promise<Prepared> {
	const distinct = refuseCollisions(requests);
	if (mustStop(distinct, options)) return { ends: distinct.map(withoutStarting) };
	const ports = await connect();
	const limit = await limitOf(options, ports);
	const seen = await looked(limit ? bounded(distinct, limit) : distinct, ports);
	tellNotes(seen, ports.onNote);
	if (mustStop(seen, options)) return { ends: seen.map(withoutStarting) };
	return { ready: seen, ports, limited: limit && createLimitedSpending(limit, ports) };
}

/**
 * @throws InvalidInput where the limit cannot be kept
 * @throws WanAvatarError STOPPED
 */
async function limitOf(
	{ spending }: Options,
	{ prices, onNote, signal }: GenerationPorts,
): Promise<SpendingLimit | undefined> {
	if (!spending) return undefined;
	const told = await prices?.endpoint();
	if (!told && signal?.aborted)
		throw new WanAvatarError(
			'STOPPED',
			`${WORKFLOW_STOPPED} while RunPod was asked for its prices`,
			{
				remedy: 'Nothing was sent to RunPod.',
			},
		);
	return pricedLimit(spending, { told, reason: prices?.reason(), onNote });
}

/** Whoever has stopped waits for no look into a file, and no job waits long for a slow store. */
async function looked(requests: Requests, ports: GenerationPorts): Promise<Requests> {
	const { bucket, clock, signal, onDenied } = ports;
	const late = clock.timeout(LIMITS.looksMs);
	const ended = joinSignals([signal, late]);
	const within = bucket?.within(ended.signal);
	const getRange: Bucket['getRange'] | undefined =
		within &&
		(async (...range) => {
			const part = await settle(within.getRange(...range));
			if ('value' in part) return part.value;
			throw late.aborted && !signal?.aborted ? tooSlow() : part.error;
		});
	try {
		const looking = bucket && getRange ? { ...bucket, getRange } : undefined;
		return await refuseBadObjects(requests, looking, onDenied);
	} finally {
		ended.release();
	}
}

function tooSlow(): WanAvatarError {
	const message = `the store is slow, and all looks together took ${String(LIMITS.looksMs / 1000)} seconds`;
	return new WanAvatarError('STORAGE', message, { remedy: 'Check the network to the store.' });
}

function mustStop(requests: Requests, { stopOnFault }: Options): boolean {
	return stopOnFault && requests.some((request) => 'error' in request);
}

function withoutStarting(request: Settled<GenerationRequest>): End<never> {
	return 'error' in request ? request : NOT_STARTED;
}
