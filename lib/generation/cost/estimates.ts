import { costFields, sumOf, type KnownCost } from '../../cost/costRange';
import { estimateOf } from '../../cost/estimate';
import { usdRangeText } from '../../cost/money';
import type { GenerationPorts, GenerationRequest } from '../request/ports';
import { learnedRunsMs } from './learnedRuns';

/** What a job will cost, as *Check Only* shows it; null = not known. */
export interface Estimate {
	/** The shortest run of earlier jobs, on the cheapest GPU of the endpoint. */
	cost_usd_min: number | null;
	/** The dearest GPU, the longest start, Max Run Time, and all restarts that are allowed. */
	cost_usd_max: number | null;
	/** How many earlier jobs the least is learned from. */
	learned_from_jobs: number;
}

export interface Estimates {
	of: (request: GenerationRequest) => Estimate;
	/** What all of them cost together, in a sentence. */
	summary: (requests: readonly GenerationRequest[]) => string;
}

/** Asks once for what estimates need; nothing where costs are not asked for. */
export async function openEstimates(
	requests: readonly GenerationRequest[],
	{ costs, bucket, clock, queue }: Pick<GenerationPorts, 'costs' | 'bucket' | 'clock' | 'queue'>,
): Promise<Estimates | undefined> {
	if (!costs) return undefined;
	const keys = requests.flatMap(({ input }) => input.output_video_key ?? []);
	const [endpoint, runsMs] = await Promise.all([
		costs.endpoint(),
		learnedRunsMs(queue.endpointId, keys, bucket, clock),
	]);
	const costOf = ({ envelope, maxRestarts }: GenerationRequest): KnownCost => {
		if (!endpoint) return { minMicroUsd: null, maxMicroUsd: null };
		const bounds = { maxRunMs: envelope.policy?.executionTimeout, maxRestarts };
		return estimateOf(bounds, endpoint, runsMs);
	};
	return {
		of: (request) => ({ ...costFields(costOf(request)), learned_from_jobs: runsMs.length }),
		summary: (all) => {
			const { minMicroUsd, maxMicroUsd } = sumOf(all.map(costOf));
			const isKnown = minMicroUsd !== null || maxMicroUsd !== null;
			const cost = isKnown ? usdRangeText(minMicroUsd ?? 0, maxMicroUsd) : 'unknown';
			return `Nothing was sent; the cost of these ${String(all.length)} requests: ${cost}`;
		},
	};
}
