import type { FollowPorts } from '../following/follow';
import type { JobReport } from './report';

type Look = FollowPorts['look'];

export interface VideoSearch {
	look: Look;
	/** Aborted when the video was found: the job need not be followed any longer. */
	signal: AbortSignal;
	found: () => JobReport | undefined;
}

/** RunPod may forget a job that has stored its video: as long as it does not know the job, the bucket is looked at too. */
export function searchWhileMissing(
	look: Look,
	recover: () => Promise<JobReport | undefined>,
): VideoSearch {
	const search = new AbortController();
	let found: JobReport | undefined;
	return {
		signal: search.signal,
		found: () => found,
		look: async (jobId, signal) => {
			const seen = await look(jobId, signal);
			if (seen.tag !== 'missing') return seen;
			found ??= await recover();
			if (found) search.abort();
			return seen;
		},
	};
}
