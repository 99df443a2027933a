import { joinSignals } from '../../base/async/abort';
import {
	followJob,
	type FollowedJob,
	type FollowEnd,
	type FollowOptions,
	type FollowPorts,
} from '../../following/follow';
import type { JobReport } from '../report/report';

/** How following has ended; or the result, found in the bucket while RunPod did not know the job. */
export type Followed = { end: FollowEnd } | { found: JobReport };

/** RunPod may forget a job that has stored its video: as long as it does not know the job, the bucket is looked at too. */
export async function followOrFind(
	job: FollowedJob,
	ports: FollowPorts,
	options: FollowOptions,
	recover: () => Promise<JobReport | undefined>,
): Promise<Followed> {
	const search = new AbortController();
	const joined = joinSignals([ports.signal, search.signal]);
	let found: JobReport | undefined;
	const pollStatus: FollowPorts['pollStatus'] = async (jobId, signal) => {
		const seen = await ports.pollStatus(jobId, signal);
		if (seen.tag === 'missing') found ??= await recover();
		if (found) search.abort();
		return seen;
	};
	try {
		const end = await followJob(job, { ...ports, pollStatus, signal: joined.signal }, options);
		return found && end.tag !== 'ended' ? { found } : { end };
	} finally {
		joined.release();
	}
}
