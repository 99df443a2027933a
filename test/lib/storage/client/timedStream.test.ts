import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { onAbort } from '../../../../lib/base/async/abortListener';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { timedStream } from '../../../../lib/storage/client/timedStream';
import { clock } from '../../../storage/server/clock';

const SILENCE_MS = 200;

const errorOf = (message: string) => () => new WanAvatarError('STORAGE', message, { remedy: '' });

function watchOf(signal?: AbortSignal) {
	return {
		clock,
		signal,
		silenceMs: SILENCE_MS,
		silent: errorOf('silent'),
		stopped: errorOf('stopped'),
	};
}

const never = async () => await new Promise<Readable>(() => undefined);

describe('a file that', () => {
	it('never opens ends with silence, or with Stop', async () => {
		await expect(timedStream(never, watchOf())).rejects.toThrow('silent');
		const stop = new AbortController();
		const opening = timedStream(never, watchOf(stop.signal));
		stop.abort();
		await expect(opening).rejects.toThrow('stopped');
		await expect(timedStream(never, watchOf(AbortSignal.abort()))).rejects.toThrow('stopped');
	});

	it('opens too late is closed', async () => {
		const late = new PassThrough();
		const open = async () => {
			await delay(SILENCE_MS * 2);
			return late;
		};
		await expect(timedStream(open, watchOf())).rejects.toThrow('silent');
		await delay(SILENCE_MS * 2);
		expect(late.destroyed).toBe(true);
	});

	it.each([
		['silence', undefined, 'silent'],
		['Stop', 50, 'stopped'],
	])('gives some and then no more ends with %s', async (_what, stopAfterMs, message) => {
		const source = new PassThrough();
		source.write('some');
		const stop = new AbortController();
		const stream = await timedStream(
			async () => await Promise.resolve(source),
			watchOf(stop.signal),
		);
		const reading = buffer(stream);
		if (stopAfterMs !== undefined)
			setTimeout(() => {
				stop.abort();
			}, stopAfterMs);
		await expect(reading).rejects.toThrow(message);
		expect(source.destroyed).toBe(true);
	});

	it('gives a piece now and then, or has a slow reader, comes whole', async () => {
		const slowly = async function* () {
			for (let index = 0; index < 6; index++) {
				await delay(SILENCE_MS / 2);
				yield 'piece';
			}
		};
		const slow = await timedStream(
			async () => await Promise.resolve(Readable.from(slowly())),
			watchOf(),
		);
		expect((await buffer(slow)).toString()).toBe('piece'.repeat(6));

		const source = Readable.from([Buffer.alloc(500_000), Buffer.alloc(500_000)]);
		const quick = await timedStream(async () => await Promise.resolve(source), watchOf());
		let readBytes = 0;
		for await (const piece of quick) {
			await delay(SILENCE_MS * 1.5);
			readBytes += Buffer.from(piece).length;
		}
		expect(readBytes).toBe(1_000_000);
	});

	it('errs by itself keeps its own error', async () => {
		const failing = async function* () {
			yield await Promise.resolve('some');
			throw new Error('the disk is gone');
		};
		const source = Readable.from(failing());
		const stream = await timedStream(async () => await Promise.resolve(source), watchOf());
		await expect(buffer(stream)).rejects.toThrow('the disk is gone');
	});
});

describe('thousands who follow one signal', () => {
	it('share one listener, and leave none behind', () => {
		const { signal } = new AbortController();
		const added = jest.spyOn(signal, 'addEventListener');
		const removed = jest.spyOn(signal, 'removeEventListener');
		const releases = Array.from({ length: 1000 }, () => onAbort(signal, () => undefined));
		expect(added).toHaveBeenCalledTimes(1);
		for (const release of releases) release();
		expect(removed).toHaveBeenCalledTimes(1);
	});

	it('are all called, but for those who have let go', () => {
		const controller = new AbortController();
		const called: number[] = [];
		const releases = [1, 2, 3].map((name) => onAbort(controller.signal, () => called.push(name)));
		releases[1]?.();
		controller.abort();
		onAbort(controller.signal, () => called.push(4));
		expect(called).toEqual([1, 3, 4]);
	});
});
