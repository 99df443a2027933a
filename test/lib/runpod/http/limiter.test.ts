import { describe, expect, it } from '@jest/globals';
import { createLimiter, TurnLost } from '../../../../lib/runpod/http/limiter';
import { simulatedClock } from '../../generation/run/simulatedClock';

describe('a limiter', () => {
	it('lets no more through in any window, whatever comes, and loses none', async () => {
		const clock = simulatedClock();
		const limiter = createLimiter({ requests: 10, windowMs: 1000, atOnce: 4 }, clock);
		const startedAtMs: number[] = [];
		let underway = 0;
		let mostAtOnce = 0;
		const work = async () => {
			startedAtMs.push(clock.monotonic());
			underway += 1;
			mostAtOnce = Math.max(mostAtOnce, underway);
			await clock.sleep(30);
			underway -= 1;
		};

		await clock.run(
			Promise.all(
				Array.from({ length: 95 }, async () => {
					await limiter.run(work);
				}),
			),
		);

		expect(startedAtMs).toHaveLength(95);
		expect(mostAtOnce).toBe(4);
		const inWindow = startedAtMs.map(
			(from) => startedAtMs.filter((at) => at >= from && at < from + 1000).length,
		);
		expect(Math.max(...inWindow)).toBe(10);
		expect((startedAtMs.at(-1) ?? 0) - (startedAtMs[0] ?? 0)).toBeLessThan(9100);
	});

	it('keeps the order, and goes on after work that fails', async () => {
		const clock = simulatedClock();
		const limiter = createLimiter({ requests: 100, windowMs: 1000, atOnce: 1 }, clock);
		const order: number[] = [];
		const run = async (n: number) => {
			await limiter.run(async () => {
				order.push(n);
				await clock.sleep(1);
				if (n === 1) throw new Error('a fault');
			});
		};

		const ends = await clock.run(Promise.allSettled([0, 1, 2].map(run)));

		expect(order).toEqual([0, 1, 2]);
		expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
	});

	it('drops at once who is stopped while waiting, and starts the others', async () => {
		const clock = simulatedClock();
		const limiter = createLimiter({ requests: 1, windowMs: 60_000, atOnce: 9 }, clock);
		const stop = new AbortController();
		const done: string[] = [];
		const run = async (name: string, signal?: AbortSignal) => {
			await limiter.run(async () => Promise.resolve(done.push(name)), signal);
		};
		const first = run('first');
		const stopped = run('stopped', stop.signal).catch((error: unknown) => error);
		const last = run('last');
		stop.abort();

		expect(await stopped).toBeInstanceOf(TurnLost);
		await clock.run(Promise.all([first, last]));
		expect(done).toEqual(['first', 'last']);
		expect(clock.monotonic() - 1_000_000).toBe(60_000);
	});
});
