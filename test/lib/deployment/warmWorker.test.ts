import { describe, expect, it } from '@jest/globals';
import { WanAvatarError, type ErrorCode } from '../../../lib/base/errors/errors';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { withWarmWorker } from '../../../lib/deployment/apply/warmWorker';
import {
	endpoint as endpointShape,
	type EndpointChange,
} from '../../../lib/runpod/management/managementRecords';
import { quickClock } from './rig';

const fault = (code: ErrorCode) => new WanAvatarError(code, `a fault: ${code}`, { remedy: '' });

/** An endpoint that keeps none warm, whose API does what the test says. */
function account(
	faults: (ErrorCode | undefined)[],
	{ lostTakesEffectAfter = 0, tellsWorkers = true } = {},
) {
	const stop = new AbortController();
	const clock = quickClock();
	const state = { min: 0, reads: 0, writes: 0, warm: new Array<boolean>() };
	const sent = new Array<EndpointChange>();
	let late: { min: number; reads: number } | undefined;
	const current = () =>
		endpointShape.parse({
			id: 'e1',
			name: 'a',
			...(tellsWorkers || state.reads === 0
				? { workers: { min: state.min, max: 3, idleTimeout: 5 } }
				: {}),
		});
	const management = {
		getEndpoint: async () => {
			state.reads++;
			if (late && state.reads > late.reads) [state.min, late] = [late.min, undefined];
			return Promise.resolve(current());
		},
		updateEndpoint: async (_target: unknown, change: EndpointChange) => {
			const { workers } = change;
			sent.push(change);
			state.writes++;
			const code = faults.shift();
			const min = workers?.min ?? -1;
			if (code === 'CHANGE_UNKNOWN') late = { min, reads: state.reads + lostTakesEffectAfter };
			if (code) throw fault(code);
			state.min = min;
			return Promise.resolve(current());
		},
	};
	const ports = {
		management,
		afterStop: () => management,
		clock,
		signal: stop.signal,
		onWarm: (isWarm: boolean) => state.warm.push(isWarm),
	};
	const run = async (work: () => Promise<string>) => await withWarmWorker(current(), ports, work);
	return { state, sent, stop, clock, run };
}

const done = async () => Promise.resolve('done');

describe('one worker kept warm', () => {
	it('is so while the work goes on, and no longer', async () => {
		const { state, run } = account([]);
		const seen = await run(async () => Promise.resolve(`min ${String(state.min)}`));
		expect(seen).toEqual({ result: 'min 1', min: 0 });
		expect(state).toMatchObject({ min: 0, writes: 2, warm: [true, false] });
	});

	it('is let go also when RunPod does not tell how many are kept warm', async () => {
		const { state, sent, run } = account([], { tellsWorkers: false });
		expect(await run(done)).toEqual({ result: 'done', min: 0 });
		expect(state.min).toBe(0);
		expect(sent.at(-1)).toEqual({ workers: { min: 0 } });
	});

	it('is let go when the work fails, and the error of the work is told', async () => {
		const { state, run } = account([]);
		const failing = run(async () => Promise.reject(fault('WORKER_NOT_READY')));
		await expect(failing).rejects.toMatchObject({ message: 'a fault: WORKER_NOT_READY' });
		expect(state.min).toBe(0);
	});

	it('is let go when the answer to raising it was lost, also when that takes effect late', async () => {
		const { state, run } = account(['CHANGE_UNKNOWN'], { lostTakesEffectAfter: 1 });
		await expect(run(done)).rejects.toMatchObject({
			code: 'CHANGE_UNKNOWN',
			remedy: expect.stringContaining('min workers of the endpoint e1 is 0 now'),
		});
		expect(state).toMatchObject({ min: 0, writes: 2 });
	});

	it.each<ErrorCode>(['STOPPED', 'UNREACHABLE', 'UNAUTHORIZED', 'RATE_LIMITED'])(
		'needs no letting go when raising it surely did nothing (%s)',
		async (code) => {
			const { state, run } = account([code]);
			await expect(run(done)).rejects.toMatchObject({ code });
			expect(state).toMatchObject({ min: 0, reads: 0, writes: 1, warm: [true, false] });
		},
	);

	it('is no more when the endpoint was deleted meanwhile', async () => {
		const { state, run } = account([undefined, ...new Array<ErrorCode>(5).fill('NOT_FOUND')]);
		expect(await run(done)).toEqual({ result: 'done', min: 0 });
		expect(state.writes).toBe(6);
	});

	it('is left alone when another has set min workers meanwhile', async () => {
		const { state, run } = account([]);
		const work = async () => {
			state.min = 2;
			return Promise.resolve('done');
		};
		expect(await run(work)).toEqual({ result: 'done', min: 2 });
		expect(state.writes).toBe(1);
	});

	it.each([
		['half a minute after a stop', true, LIMITS.setBackMs],
		['some minutes when nobody waits', false, LIMITS.setBackPatientlyMs],
	])('is tried to be let go for %s, and then told of', async (_name, isStopped, limitMs) => {
		const refusals = new Array<ErrorCode>(10_000).fill('UNREADABLE_ANSWER');
		const { state, stop, clock, run } = account([undefined, ...refusals]);
		if (isStopped) stop.abort();
		const startMs = clock.monotonic();
		await expect(run(done)).rejects.toMatchObject({
			code: 'WORKER_NOT_READY',
			message: expect.stringContaining('Min workers of the endpoint e1 could not be set back'),
			remedy: expect.stringContaining('is still kept warm, which is paid until'),
		});
		const tookMs = clock.monotonic() - startMs;
		expect(tookMs).toBeGreaterThan(limitMs * 0.85);
		expect(tookMs).toBeLessThanOrEqual(limitMs);
		expect(state.warm).toEqual([true]);
	});
});
