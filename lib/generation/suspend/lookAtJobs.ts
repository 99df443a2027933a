import type { Settled } from '../../base/errors/settled';
import { LIMITS } from '../../base/async/timeLimits';
import { UNCOUNTED, type Gate } from '../batch/gate';
import { openRun, runAll } from '../batch/runAll';
import type { GenerationPorts, GenerationRequest } from '../request/ports';
import { lookAtJob, type JobLook } from './resumeJob';
import type { SuspendedJob } from './suspended';

/** More would not be faster: RunPod takes 2,000 looks in 10 seconds. */
const LOOKS_AT_ONCE = 50;

/** Nobody waits for a turn: the jobs are there already. */
export const everyone: Gate = async (_request, work) => await work(UNCOUNTED);

/** Looks once at each job; what cannot be found out in time is `unknown`. The looks come in the order of the jobs. */
export async function lookAtJobs(
	jobs: readonly SuspendedJob[],
	ports: GenerationPorts,
): Promise<JobLook[]> {
	const run = openRun(ports, { pollIntervalMs: undefined });
	const requests = jobs.map(({ request }): Settled<GenerationRequest> => ({
		value: { ...request, timeoutMs: LIMITS.formMs, onTimeout: 'leave' },
	}));
	const turns = { atOnce: LOOKS_AT_ONCE, admit: everyone, stopOnFault: false, haveJobs: true };
	const looks = await runAll(requests, run, turns, async (context, index) => {
		const job = jobs[index];
		return job ? await lookAtJob(job.record, context) : 'unknown';
	});
	return looks.map((look) => ('value' in look ? look.value : 'unknown'));
}
