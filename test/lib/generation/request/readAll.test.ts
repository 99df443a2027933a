import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { parseGenerationRequest } from '../../../../lib/generation/request/request';
import { readAll } from '../../../../lib/generation/request/readAll';
import { executionMemory } from '../../../../nodes/WanAvatar/n8n/executionMemory';

async function request(item: number) {
	return await parseGenerationRequest({
		slot: `0:${String(item)}`,
		runTag: `1-0-${String(item)}`,
		contract: {
			user_id: 'u',
			avatar_id: item,
			image_url: 'https://a.b/c.png',
			driving_video_url: 'https://a.b/c.mp4',
		},
		hasBucket: false,
		options: { waitForCompletion: true },
	});
}

/** Time that passes only by the work itself; writes down the breaths that others were given. */
function workClock() {
	const breathsAtMs: number[] = [];
	const clock = {
		nowMs: 0,
		breathsAtMs,
		monotonic: () => clock.nowMs,
		sleep: async () => {
			breathsAtMs.push(clock.nowMs);
			await Promise.resolve();
		},
	};
	return clock;
}

const hundred = { maxJobs: 100 };

const stopped = () => new WanAvatarError('STOPPED', 'stopped', { remedy: '' });

describe('the items of a run', () => {
	it('come out in their order, a fault in its place', async () => {
		const ends = await readAll(
			20,
			hundred,
			async (item) => {
				for (let turn = 20 - item; turn > 0; turn--) await Promise.resolve();
				if (item === 7) throw new Error('a bad one');
				return await request(item);
			},
			{ clock: workClock(), stopped },
		);

		expect(ends.map((end) => ('value' in end ? end.value.input.avatar_id : 'bad'))).toEqual(
			Array.from({ length: 20 }, (_, i) => (i === 7 ? 'bad' : String(i))),
		);
	});

	it('are read eight at a time', async () => {
		let reading = 0;
		let most = 0;
		await readAll(
			50,
			hundred,
			async (item) => {
				most = Math.max(most, ++reading);
				const made = await request(item);
				reading--;
				return made;
			},
			{ clock: workClock(), stopped },
		);

		expect(most).toBe(8);
	});

	it('leave others their turn after 10 ms of work', async () => {
		const clock = workClock();
		const work = async (item: number) => {
			clock.nowMs += 3;
			return await request(item);
		};
		await readAll(100, hundred, work, { clock, stopped });

		const stretches = clock.breathsAtMs.map((atMs, i) => atMs - (clock.breathsAtMs[i - 1] ?? 0));
		expect(stretches.length).toBeGreaterThan(5);
		// Each lane may end the item that it is at.
		expect(Math.max(...stretches)).toBeLessThanOrEqual(10 + 8 * 3);
	});

	it('are counted before one is read', async () => {
		let readCount = 0;
		const reading = readAll(
			101,
			hundred,
			async (item) => {
				readCount++;
				return await request(item);
			},
			{ clock: workClock(), stopped },
		);

		await expect(reading).rejects.toThrow(/101 items came in, but at most 100/);
		expect(readCount).toBe(0);
	});

	it('are not read after Stop', async () => {
		const stop = new AbortController();
		let readCount = 0;
		const ends = await readAll(
			50,
			hundred,
			async (item) => {
				if (++readCount === 10) stop.abort();
				return await request(item);
			},
			{ clock: workClock(), signal: stop.signal, stopped },
		);

		expect(readCount).toBeLessThan(20);
		expect(ends).toHaveLength(50);
		const last = ends.at(-1);
		expect(last && 'error' in last && last.error).toBeInstanceOf(WanAvatarError);
		expect(last).toMatchObject({ error: { code: 'STOPPED' } });
	});
});

it('notes of an execution stand in the object that n8n saves, and are not copied', () => {
	const node: Record<string, unknown> = {};
	const memory = executionMemory({ getContext: () => node });

	memory.write('0:0', { state: 'intent' });
	const saved = node.wanAvatarJobs;
	memory.write('0:1', { state: 'submitted' });
	memory.write('0:0', undefined);

	expect(node.wanAvatarJobs).toBe(saved);
	expect(saved).toEqual({ '0:0': undefined, '0:1': { state: 'submitted' } });
	const nextTry = executionMemory({ getContext: () => structuredClone(node) });
	expect(nextTry.read('0:1')).toEqual({ state: 'submitted' });
	expect(nextTry.read('0:2')).toBeUndefined();
	expect(nextTry.read('toString')).toBeUndefined();
});
