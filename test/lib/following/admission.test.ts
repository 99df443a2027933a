import { expect, it } from '@jest/globals';
import { createAdmission } from '../../../lib/following/admission';
import { simulatedClock } from '../generation/run/simulatedClock';

it.each([undefined, 1])(
	'after Stop nobody waits for a turn, though no worker has taken a job for long (limit: %s)',
	async (fixedLimit) => {
		const clock = simulatedClock();
		const stop = new AbortController();
		const admission = createAdmission(
			{
				clock,
				health: async () => {
					await Promise.resolve(undefined);
				},
				rateLimitedAtMs: () => undefined,
				signal: stop.signal,
			},
			fixedLimit,
		);
		const applicant = { timeoutMs: 600_000, mayBeLeft: false };
		const first = await clock.run(admission.enter(applicant));
		first.sent();
		const waiting = ['b', 'c', 'd', 'e'].map(async (name) => {
			const job = await admission.enter(applicant);
			job.leave();
			return name;
		});
		await clock.run(clock.sleep(400_000));
		stop.abort();
		first.leave();
		expect(await clock.run(Promise.all(waiting))).toEqual(['b', 'c', 'd', 'e']);
	},
	10_000,
);
