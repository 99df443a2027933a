import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'minio';
import { seedExamples } from '../../standin/seedExamples';
import {
	type StandIn,
	type StandInAddress,
	type StandInOptions,
	startStandIn,
} from '../../standin/standin';
import { startServer } from './worker/workerRig';

jest.setTimeout(120_000);

const INPUT = {
	user_id: 'user_123',
	avatar_id: 'avatar_456',
	image_minio_path: 'input-avatars/portrait.png',
	driving_video_path: 'sitting-woman/driving-video.mp4',
	output_video_key: 'user-avatars/user_123/avatar_456/idle.mp4',
};

let folder: string;
const running: StandIn[] = [];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'standin-test-'));
});

afterEach(async () => {
	await Promise.all(running.splice(0).map((standIn) => standIn.close()));
});

afterAll(async () => {
	await rm(folder, { recursive: true, force: true });
});

describe('the stand-in', () => {
	it('takes a job over HTTP and puts the video where a MinIO client finds it', async () => {
		const standIn = await start();
		await seedExamples(standIn);
		const address = standIn.address();
		expect(await generate(address, INPUT)).toMatchObject({
			status: 'COMPLETED',
			output: { minio_key: INPUT.output_video_key, fps: 24, width: 1280, height: 720 },
		});
		const { bucket, ...connection } = address.minio;
		const stat = await new Client(connection).statObject(bucket, INPUT.output_video_key);
		expect(stat.metaData).toMatchObject({ 'content-type': 'video/mp4' });
		expect(standIn.worker.renders()).toBe(1);
	});

	it('knows its endpoint no longer once it is deleted', async () => {
		const { runpod } = (await start()).address();
		const headers = { authorization: `Bearer ${runpod.apiKey}` };
		const ask = async (url: string, method = 'GET') =>
			(await fetch(url, { method, headers })).status;
		const health = `${runpod.baseUrl}/${runpod.endpointId}/health`;
		const record = `${runpod.managementBaseUrl}/serverless/${runpod.endpointId}`;

		expect([await ask(health), await ask(record)]).toEqual([200, 200]);
		expect(await ask(record, 'DELETE')).toBe(204);
		expect([await ask(health), await ask(record)]).toEqual([404, 404]);
	});

	it('makes a job fail with the message of its worker', async () => {
		const standIn = await start();
		const job = await generate(standIn.address(), INPUT);
		expect(job).toMatchObject({ status: 'FAILED' });
		expect(JSON.stringify(job)).toContain(
			'portrait not found in MinIO: input-avatars/portrait.png',
		);
	});

	it('lets the fields of a newer worker through queue and worker', async () => {
		const standIn = await start({ newerWorkerFields: ['seed'] });
		await seedExamples(standIn);
		const job = await generate(standIn.address(), { ...INPUT, seed: 7 });
		expect(job).toMatchObject({ status: 'COMPLETED' });
	});

	it('makes new keys at each start', async () => {
		const [one, two] = [(await start()).address(), (await start()).address()];
		const secrets = [one, two].flatMap(({ runpod, minio }) => [
			runpod.apiKey,
			minio.accessKey,
			minio.secretKey,
		]);
		expect(new Set(secrets).size).toBe(6);
		expect(secrets.every((secret) => secret.length >= 20)).toBe(true);
	});

	it('closes its ports and removes its temporary folder', async () => {
		const standIn = await start();
		expect(existsSync(standIn.folder)).toBe(true);
		const { runpod, minio } = standIn.address();
		await standIn.close();
		expect(existsSync(standIn.folder)).toBe(false);
		await expectRefused(runpod.baseUrl);
		await expectRefused(`http://${minio.endPoint}:${String(minio.port)}`);
		await expect(standIn.close()).resolves.toBeUndefined();
	});

	it('closes the rest when one part fails to close', async () => {
		const standIn = await start();
		const { runpod } = standIn.address();
		const closeStorage = standIn.storage.close;
		standIn.storage.close = async () => {
			await closeStorage();
			throw new Error('storage stuck');
		};
		await expect(standIn.close()).rejects.toMatchObject({
			errors: [new Error('storage stuck')],
		});
		expect(existsSync(standIn.folder)).toBe(false);
		await expectRefused(runpod.baseUrl);
	});

	it('finds the objects and renders of a folder again', async () => {
		const kept = join(folder, 'kept');
		await mkdir(kept);
		const first = await start({ folder: kept });
		await seedExamples(first);
		await generate(first.address(), INPUT);
		await first.close();
		const second = await start({ folder: kept });
		const job = await generate(second.address(), INPUT);
		expect(job).toMatchObject({ status: 'COMPLETED' });
		expect(second.worker.renders()).toBe(0);
		await second.close();
		expect(existsSync(kept)).toBe(true);
	});
});

describe('npm run standin', () => {
	it.each(['SIGTERM', 'SIGINT'] as const)(
		'prints one line, serves the examples, and stops cleanly at %s',
		async (signal) => {
			const child = launch(['--time-factor', '0', '--workers', '2']);
			const [out, err] = [child.stdout, child.stderr].map((stream) => text(stream));
			const line = await firstLine(child);
			const address = readAddress(line);
			expect(await generate(address, INPUT)).toMatchObject({ status: 'COMPLETED' });
			child.kill(signal);
			expect(await once(child, 'close')).toEqual([0, null]);
			expect(await out).toBe(line);
			expect(await err).toContain('not Wan');
			await expectRefused(address.runpod.baseUrl);
			expect(await temporaryFolders()).toEqual([]);
		},
	);

	it('does many jobs without rendering, and says how much came when it is stopped', async () => {
		const child = launch(['--fast', '--run-ms', '0', '--cold-start-ms', '0', '--workers', '50']);
		const out = text(child.stdout);
		const line = await firstLine(child);
		const address = readAddress(line);
		const jobs = await Promise.all(
			Array.from({ length: 30 }, (_, i) => {
				const output_thumbnail_key = `many/${String(i)}.jpg`;
				const keys = { output_video_key: `many/${String(i)}.mp4`, output_thumbnail_key };
				return generate(address, { ...INPUT, ...keys });
			}),
		);
		for (const job of jobs)
			expect(job).toMatchObject({ status: 'COMPLETED', output: { fps: 24, width: 64 } });
		const { bucket, ...connection } = address.minio;
		const client = new Client(connection);
		expect((await client.statObject(bucket, 'many/29.mp4')).size).toBeGreaterThan(500);
		expect((await client.statObject(bucket, 'many/29.jpg')).size).toBeGreaterThan(100);
		child.kill('SIGTERM');
		expect(await once(child, 'close')).toEqual([0, null]);
		const traffic: unknown = JSON.parse((await out).split('\n')[1] ?? '');
		expect(traffic).toMatchObject({
			queue: { [`${address.runpod.endpointId} run`]: { total: 30, mostIn10s: 30 } },
			storage: { 'HEAD object': { total: 2 } },
		});
	});

	it('leaves nothing behind when a port is taken', async () => {
		const server = await startServer(() => undefined);
		const child = launch(['--runpod-port', new URL(server.url).port]);
		const err = text(child.stderr);
		expect(await once(child, 'close')).toEqual([1, null]);
		expect(await err).toContain('EADDRINUSE');
		expect(await temporaryFolders()).toEqual([]);
		await server.close();
	});

	it.each([
		[['--workers', 'many'], '--workers must be a number'],
		[['--workers', '0.5'], '--workers must be a whole number, got "0.5"'],
		[['--runpod-port', '99999999'], '--runpod-port must be a port up to 65535, got "99999999"'],
		[['--management-port', '1.5'], '--management-port must be a whole number'],
		[['--minio-port', '65536'], '--minio-port must be a port up to 65535'],
		[['--speed', '1'], "Unknown option '--speed'"],
	])('refuses %j', async (flags, message) => {
		const child = launch(flags);
		const [out, err] = [child.stdout, child.stderr].map((stream) => text(stream));
		expect(await once(child, 'close')).toEqual([2, null]);
		expect(await out).toBe('');
		expect(await err).toContain(message);
		expect(await err).toContain('Usage:');
	});
});

async function start(options: StandInOptions = {}): Promise<StandIn> {
	const standIn = await startStandIn(options);
	running.push(standIn);
	return standIn;
}

/** Submits a job and polls it to its end. */
async function generate({ runpod }: StandInAddress, input: object): Promise<object> {
	const base = `${runpod.baseUrl}/${runpod.endpointId}`;
	const headers = {
		authorization: `Bearer ${runpod.apiKey}`,
		'content-type': 'application/json',
	};
	const body = JSON.stringify({ input });
	let job = await readJob(await fetch(`${base}/run`, { method: 'POST', headers, body }));
	while (['IN_QUEUE', 'IN_PROGRESS'].includes(job.status)) {
		await delay(50);
		job = await readJob(await fetch(`${base}/status/${job.id}`, { headers }));
	}
	return job;
}

async function readJob(response: Response): Promise<{ id: string; status: string }> {
	const job: unknown = await response.json();
	if (typeof job === 'object' && job !== null && 'id' in job && 'status' in job) {
		return { ...job, id: String(job.id), status: String(job.status) };
	}
	throw new Error(`not a job: ${JSON.stringify(job)}`);
}

async function temporaryFolders(): Promise<string[]> {
	return (await readdir(folder)).filter((name) => name.startsWith('wan-avatar-standin-'));
}

async function expectRefused(url: string): Promise<void> {
	await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
}

function launch(flags: string[]) {
	const tsx = join('node_modules', 'tsx', 'dist', 'cli.mjs');
	return spawn(process.execPath, [tsx, join('standin', 'main.ts'), ...flags], {
		env: { ...process.env, TMPDIR: folder },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

async function firstLine({ stdout }: ReturnType<typeof launch>): Promise<string> {
	let seen = '';
	while (!seen.includes('\n')) seen += String(await once(stdout, 'data'));
	return seen;
}

function readAddress(line: string): StandInAddress {
	const address: unknown = JSON.parse(line);
	const [words, number] = [expect.any(String), expect.any(Number)];
	expect(address).toEqual({
		runpod: { baseUrl: words, managementBaseUrl: words, endpointId: words, apiKey: words },
		minio: {
			endPoint: words,
			port: number,
			useSSL: false,
			accessKey: words,
			secretKey: words,
			bucket: 'avatar-templates',
		},
	});
	if (!isAddress(address)) throw new Error(`not an address: ${line}`);
	return address;
}

function isAddress(value: unknown): value is StandInAddress {
	return typeof value === 'object' && value !== null && 'runpod' in value && 'minio' in value;
}
