import { InvalidInput, type InputFault } from '../../base/errors/invalidInput';
import type { Settled } from '../../base/errors/settled';
import type { EndpointCosts } from '../../cost/endpointCosts';
import { exactUsdText, usdText } from '../../cost/money';
import { worstCaseMicroUsd } from '../../cost/worstCase';
import { ownerOf } from '../report/owner';
import type { GenerationRequest, SpendingWish } from '../request/ports';

/** A limit, and by which prices it is kept. */
export interface SpendingLimit {
	limitMicroUsd: number;
	costs: EndpointCosts;
}

/** RunPod starts a job over once by itself, and nobody can see it before it has happened; a second time is cancelled. */
const MOST_RESTARTS = 1;
/** Where the endpoint cannot be read, though its price is given: what Deploy sets, told by a hint. */
const ASSUMED = { gpuCount: 1, idleTimeoutSeconds: 60, startLimitSeconds: 420, maxWorkers: 1 };

/** What RunPod tells of the endpoint. */
interface ToldPrices {
	told: EndpointCosts | undefined;
	/** Why it does not. */
	reason: string | undefined;
	/** Is told what is assumed where the endpoint cannot be read. */
	onNote: ((sentence: string) => void) | undefined;
}

/**
 * The limit with the prices of the endpoint, or the one that is given.
 * @throws InvalidInput where there is no price
 */
export function pricedLimit(
	{ limitMicroUsd, microUsdPerHour }: SpendingWish,
	{ told, reason, onNote }: ToldPrices,
): SpendingLimit {
	if (microUsdPerHour === undefined) {
		if (!told || told.prices.length === 0) throw withoutPrice(reason);
		return { limitMicroUsd, costs: told };
	}
	if (!told) onNote?.(ASSUMPTION);
	const prices = [{ gpuType: GIVEN, microUsdPerHour }];
	const endpoint = told ?? { ...ASSUMED, runLimitMs: undefined };
	return { limitMicroUsd, costs: { ...endpoint, prices, catalog: prices } };
}

const GIVEN = 'Price per GPU Second';
const ASSUMPTION = `The endpoint could not be read, so Spending Limit takes it to have ${String(ASSUMED.gpuCount)} GPU a worker, an idle timeout of ${String(ASSUMED.idleTimeoutSeconds)} s and at most ${String(ASSUMED.startLimitSeconds / 60)} min for the start of a worker.`;

function withoutPrice(reason: string | undefined): InvalidInput {
	const why = reason === undefined ? '' : ` (${reason.replace(/\.$/, '')})`;
	return new InvalidInput([
		{
			field: 'spendingLimit',
			message: `cannot be kept: RunPod tells no price for the GPUs of the endpoint${why}`,
			remedy:
				'Give the API key the right to read the account, or set Price per GPU Second in the Limits; if RunPod did not answer, run it again later.',
		},
	]);
}

/** The requests as they may be sent under a limit: each with a bound of its run that nobody can change meanwhile. */
export function bounded(
	requests: readonly Settled<GenerationRequest>[],
	limit: SpendingLimit,
): Settled<GenerationRequest>[] {
	return requests.map((request) => {
		if ('error' in request) return request;
		const fault = faultOf(request.value, limit);
		if (fault) return { error: new InvalidInput([fault], { ...ownerOf(request.value) }) };
		return { value: withBound(request.value, limit) };
	});
}

function withBound(request: GenerationRequest, { costs }: SpendingLimit): GenerationRequest {
	const executionTimeout = maxRunMsOf(request) ?? costs.runLimitMs;
	const { policy, ...envelope } = request.envelope;
	const own = executionTimeout === undefined ? policy : { ...policy, executionTimeout };
	return {
		...request,
		envelope: { ...envelope, ...(own ? { policy: own } : {}) },
		maxRestarts: Math.min(request.maxRestarts, MOST_RESTARTS),
	};
}

function maxRunMsOf({ envelope }: GenerationRequest): number | undefined {
	return envelope.policy?.executionTimeout;
}

/** The most that the job of a request can cost; nothing where its run has no bound. */
export function mostOf(
	request: GenerationRequest,
	{ costs }: Pick<SpendingLimit, 'costs'>,
): number | undefined {
	const bounds = { maxRunMs: maxRunMsOf(request), maxRestarts: MOST_RESTARTS };
	return worstCaseMicroUsd(bounds, costs);
}

function faultOf(request: GenerationRequest, limit: SpendingLimit): InputFault | undefined {
	const most = mostOf(request, limit);
	if (most === undefined)
		return {
			field: 'maxRunMinutes',
			message:
				'is needed with Spending Limit: the endpoint sets no limit for the run of a job, so nobody knows what one can cost',
			remedy: 'Set it in the Limits, or give the endpoint an execution timeout.',
		};
	if (most <= limit.limitMicroUsd) return undefined;
	return {
		field: 'spendingLimit',
		message: `is ${exactUsdText(limit.limitMicroUsd)} USD, but one job of this item can cost ${usdText(most)} USD: ${termsOf(request, limit)}`,
		remedy:
			'Raise Spending Limit, or lower Max Run Time in the Limits; the GPU Pools, Idle Timeout and RUNPOD_INIT_TIMEOUT of the endpoint count too.',
	};
}

/** What the most that a job can cost is made of. */
function termsOf(request: GenerationRequest, { costs }: SpendingLimit): string {
	const { prices, gpuCount, startLimitSeconds, idleTimeoutSeconds, runLimitMs } = costs;
	const perHour = Math.max(...prices.map(({ microUsdPerHour }) => microUsdPerHour)) * gpuCount;
	const runMinutes = rounded((maxRunMsOf(request) ?? runLimitMs ?? 0) / 60_000);
	return `${usdText(perHour)} USD an hour for ${String(MOST_RESTARTS + 1)} starts of at most ${rounded(startLimitSeconds / 60)} min with a run of at most ${runMinutes} min each, and ${String(idleTimeoutSeconds)} s of idle time`;
}

function rounded(minutes: number): string {
	return String(Math.round(minutes * 10) / 10);
}
