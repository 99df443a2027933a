import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'minio';
import { generateForm, type RunOptions } from '../../engine/rig';
import { BUCKET, startStoredRig, until, type StoredRig } from '../../engine/storedRig';

const MEGABYTE = 1024 * 1024;
// Eight parts of a multipart upload.
const SIZE_BYTES = 40 * MEGABYTE;

let folder: string;
let large: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-large-'));
	large = join(folder, 'large.mp4');
	const bytes = Buffer.alloc(SIZE_BYTES);
	readFileSync('examples/media/driving-video.mp4').copy(bytes);
	writeFileSync(large, bytes);
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };
const two = [{ avatar: 'one' }, { avatar: 'two' }];

describe.each(['filesystem', 'default'] as const)(
	'Stop while a large file is uploaded (binary mode %s)',
	(binaryMode) => {
		let rig: StoredRig;

		beforeAll(async () => {
			rig = await startStoredRig({}, binaryMode);
		});
		afterAll(async () => {
			await rig.close();
		});
		beforeEach(() => {
			rig.store.clearCalls();
			rig.store.fault({ method: 'PUT', delayMs: 150, times: 40 });
		});

		const count = (wanted: string) =>
			rig.store.calls().filter(({ method }) => method === wanted).length;

		it.each([
			[
				'Upload of a template',
				{
					resource: 'template',
					operation: 'upload',
					templateBinaryField: 'data',
					templatePath: '=large/{{ $json.avatar }}.mp4',
				},
			],
			[
				'Generate, one after the other',
				{
					...generateForm,
					drivingVideoSource: 'binary',
					drivingVideoBinaryField: 'data',
					limits: { maxParallelJobs: 1 },
				},
			],
		])('cuts %s, leaves nothing behind, and starts nothing more', async (_what, form) => {
			const stop = new AbortController();
			const options: RunOptions = { items: two, files: { data: large }, node: retrying };
			const before = rig.store.keys(BUCKET);
			const running = rig.run(form, { ...options, signal: stop.signal });
			await until('a part is stored', () => count('PUT') > 0);
			stop.abort();
			await running;
			await until('the upload is aborted', () => count('DELETE') > 0);
			await delay(500);

			// The part that was on its way is let go there.
			expect(count('PUT')).toBeLessThanOrEqual(3);
			expect([count('POST'), count('DELETE')]).toEqual([1, 1]);
			expect(rig.store.keys(BUCKET)).toEqual(before);
			expect(await unfinishedUploads(rig)).toEqual([]);
			expect(rig.queue.calls('run')).toEqual([]);
		});

		it('cuts a Delete before it deletes, and begins no other', async () => {
			const keys = two.map(({ avatar }) => `${avatar}-${binaryMode}.mp4`);
			for (const key of keys) await rig.store.putBytes(BUCKET, key, 'a video');
			rig.store.fault({ method: 'HEAD', delayMs: 1000 });
			const stop = new AbortController();
			const videoKey = `={{ $json.avatar }}-${binaryMode}.mp4`;
			const form = { resource: 'video', operation: 'delete', videoKey, thumbnailKey: '' };
			const running = rig.run(form, { items: two, node: retrying, signal: stop.signal });
			await delay(400);
			stop.abort();
			await running;
			await delay(1200);

			expect(count('DELETE')).toBe(0);
			expect(rig.store.keys(BUCKET).filter((key) => keys.includes(key))).toEqual(keys);
		});
	},
);

async function unfinishedUploads({ store }: StoredRig): Promise<unknown[]> {
	const { endPoint, port, useSSL, accessKey, secretKey } = store;
	const client = new Client({ endPoint, port, useSSL, accessKey, secretKey, region: 'us-east-1' });
	return (await client.listIncompleteUploadsQuery(BUCKET, '', '', '', '')).uploads;
}

describe.each(['filesystem', 'default'] as const)(
	'Stop while a large file is downloaded (binary mode %s)',
	(binaryMode) => {
		let rig: StoredRig;
		let dripping: Server;
		const open = new Set<string>();
		const asked: string[] = [];

		beforeAll(async () => {
			rig = await startStoredRig({}, binaryMode);
			dripping = createServer(({ method, url = '' }, response) => {
				asked.push(url);
				response.writeHead(url.endsWith('.mp4') ? 200 : 404, {
					etag: '"abc"',
					'last-modified': new Date().toUTCString(),
					...(url.endsWith('.mp4') ? { 'content-length': SIZE_BYTES } : {}),
				});
				if (method === 'GET' && url.endsWith('.mp4')) drip(response, url);
				else response.end();
			});
			await new Promise<void>((ready) => dripping.listen(0, '127.0.0.1', ready));
			const address = dripping.address();
			const port = typeof address === 'object' && address ? address.port : 0;
			Object.assign(rig.credentials.minioApi ?? {}, {
				endpoint: `http://127.0.0.1:${String(port)}`,
			});
		});
		afterAll(async () => {
			dripping.closeAllConnections();
			dripping.close();
			await rig.close();
		});
		afterEach(() => {
			asked.length = 0;
		});

		function drip(response: ServerResponse, url: string): void {
			open.add(url);
			const timer = setInterval(() => response.write(Buffer.alloc(1000)), 10);
			response.once('close', () => {
				clearInterval(timer);
				open.delete(url);
			});
		}

		it('ends the connection, and downloads nothing more', async () => {
			const stop = new AbortController();
			const form = {
				resource: 'video',
				operation: 'download',
				videoKey: '={{ $json.avatar }}.mp4',
				downloadThumbnail: false,
			};
			const running = rig.run(form, { items: two, node: retrying, signal: stop.signal });
			await until('the first one comes in', () => open.size === 1);
			stop.abort();
			await running;

			await until('its connection is closed', () => open.size === 0);
			await delay(300);
			expect(asked.filter((url) => url.includes('two'))).toEqual([]);
			expect(open.size).toBe(0);
		});
	},
);
