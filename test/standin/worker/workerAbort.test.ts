import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SharedWork } from '../../../standin/worker/sharedWork';
import {
	BUCKET,
	INPUT,
	neverStops,
	OWNER,
	PORTRAIT_KEY,
	type Rig,
	runJob,
	startRig,
	startServer,
} from './workerRig';

jest.setTimeout(120_000);

describe('a job of the stand-in worker that is stopped', () => {
	let rig: Rig;
	const slowInput = {
		...OWNER,
		image_minio_path: PORTRAIT_KEY,
		driving_video_path: 'slow.mp4',
		output_video_key: 'out/idle.mp4',
	};

	beforeEach(async () => {
		rig = await startRig();
		// Long enough that its render is still under way when it is stopped.
		const source = 'testsrc=size=320x180:rate=24:duration=10';
		await rig.addMedia('slow.mp4', ['-f', 'lavfi', '-i', source, '-preset', 'ultrafast']);
	});

	afterEach(async () => {
		await rig.close();
	});

	it('ends ffmpeg and leaves no video behind', async () => {
		const stop = new AbortController();
		const job = runJob(rig.worker, slowInput, stop.signal);
		await waitForRender(rig);
		stop.abort();
		await expect(job).rejects.toMatchObject({ name: 'AbortError' });
		await rig.worker.close();
		expect(await readdir(join(rig.folder, 'worker', 'renders'))).toEqual([]);
		expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap');
		expect(rig.worker.renders()).toBe(0);
		expect(rig.store.keys(BUCKET, 'out/')).toEqual([]);
	});

	it('does not take a shared render away from another job', async () => {
		const stop = new AbortController();
		const stopped = runJob(rig.worker, slowInput, stop.signal);
		const other = runJob(rig.worker, { ...slowInput, output_video_key: 'out/other.mp4' });
		await waitForRender(rig);
		stop.abort();
		await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
		await expect(other).resolves.toMatchObject({ output: { minio_key: 'out/other.mp4' } });
		expect(rig.worker.renders()).toBe(1);
		expect(rig.store.keys(BUCKET, 'out/')).toEqual(['out/other.mp4']);
	});

	it('gives up a download that hangs', async () => {
		const stop = new AbortController();
		let dropped: Promise<unknown> = Promise.resolve();
		const server = await startServer((request, response) => {
			dropped = once(request.socket, 'close');
			response.write('the first bytes');
			stop.abort();
		});
		const input = { ...OWNER, image_url: server.url, driving_video_path: 'slow.mp4' };
		await expect(runJob(rig.worker, input, stop.signal)).rejects.toMatchObject({
			name: 'AbortError',
		});
		await dropped;
		await server.close();
		expect(await readdir(join(rig.folder, 'worker', 'inputs'))).toEqual([]);
	});

	it('does not start when it was stopped before', async () => {
		rig.store.clearCalls();
		const job = runJob(rig.worker, INPUT, AbortSignal.abort());
		await expect(job).rejects.toMatchObject({ name: 'AbortError' });
		expect(rig.store.calls()).toEqual([]);
	});

	it('ends when the worker closes, which takes no further job', async () => {
		const job = runJob(rig.worker, slowInput);
		const ended = expect(job).rejects.toMatchObject({ name: 'AbortError' });
		await waitForRender(rig);
		await rig.worker.close();
		await ended;
		await expect(runJob(rig.worker, INPUT)).rejects.toMatchObject({ name: 'AbortError' });
	});
});

describe('shared work', () => {
	it('is forgotten when it fails, so that the next to ask starts it again', async () => {
		const shared = new SharedWork<string>();
		const failing = () => Promise.reject(new Error('broken'));
		const both = [0, 1].map(() => shared.get('a', failing, neverStops()));
		expect(await Promise.allSettled(both)).toMatchObject([
			{ status: 'rejected' },
			{ status: 'rejected' },
		]);
		expect(await shared.get('a', () => Promise.resolve('done'), neverStops())).toBe('done');
	});

	it('is stopped when nobody waits any more, and starts anew after that', async () => {
		const shared = new SharedWork<string>();
		const [first, second] = [new AbortController(), new AbortController()];
		const signals: AbortSignal[] = [];
		const endless = async (signal: AbortSignal): Promise<string> => {
			signals.push(signal);
			await once(signal, 'abort');
			throw new Error('stopped');
		};
		const waits = [first, second].map(({ signal }) => shared.get('a', endless, signal));
		const ended = Promise.allSettled(waits);
		first.abort();
		await delay(0);
		expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
		second.abort();
		await ended;
		await shared.idle();
		expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
		expect(await shared.get('a', () => Promise.resolve('done'), neverStops())).toBe('done');
	});

	it('tells its share to all who wait', async () => {
		const shared = new SharedWork<string>();
		const shares: number[][] = [[], []];
		const waits = shares.map((list) =>
			shared.get(
				'a',
				async (_signal, report) => {
					await delay(0);
					report(0.5);
					return 'done';
				},
				neverStops(),
				(share) => list.push(share),
			),
		);
		expect(await Promise.all(waits)).toEqual(['done', 'done']);
		expect(shares).toEqual([[0.5], [0.5]]);
	});
});

/** Until ffmpeg has opened the file that it writes. */
async function waitForRender({ folder }: Rig): Promise<void> {
	for (;;) {
		const names = await readdir(join(folder, 'worker', 'renders')).catch(() => []);
		if (names.length > 0) return;
		await delay(5);
	}
}
