import { mkdtempSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseStorageSettings } from '../../lib/storage/client/minioCredential';
import { startQueueApi, type QueueApi } from '../../standin/queue/queueApi';
import { createWorker, type Worker } from '../../standin/worker/worker';
import { createBucket } from '../../lib/storage/objects/createBucket';
import { clock } from './server/clock';
import { CELLS, fillBucket, type World } from './rightsCells';
import { expectedLines, type Cell, type Lines } from './rightsTable';
import { targets, type Credential, type Target } from './target';
import { hasUsers, USERS, type UserName } from './server/users';

const describeWithUsers = hasUsers || process.env.SKIP_NOTHING ? describe : describe.skip;

const cells = Object.keys(CELLS).filter((name): name is Cell => name in CELLS);

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-rights-'));
	// n8n-core reads these when it is loaded.
	process.env.N8N_USER_FOLDER = folder;
	process.env.N8N_ENCRYPTION_KEY = 'a key for tests alone';
	process.env.N8N_LOG_LEVEL = 'silent';
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

/** The worker has a key of its own with all rights; the node has the user's. */
describeWithUsers.each(targets)('the rights of a user in front of %s', (_name, openTarget) => {
	let target: Target;
	let worker: Worker;
	let queue: QueueApi;
	let refusesMissing: boolean;
	const seen = new Map<string, Promise<Lines>>();

	beforeAll(async () => {
		target = await openTarget();
		await fillBucket(target);
		worker = createWorker({ storage: workersStorage(target.credential), folder });
		const handler = worker.handle;
		queue = await startQueueApi({
			apiKey: 'key',
			endpointId: 'endpoint1',
			workersMax: 50,
			handler,
		});
		const credentials = await target.addUsers();
		const few = createBucket(parseStorageSettings(credentials['no-records']), clock);
		refusesMissing = (await few.stat('nowhere.mp4.job.json')).tag === 'denied';
		for (const user of USERS) {
			const world = await worldOf(user, credentials[user]);
			let before: Promise<unknown> = Promise.resolve();
			for (const cell of cells) {
				const lines = before.then(async () => await CELLS[cell](world));
				// It is waited for where it is asserted.
				before = lines.catch(() => undefined);
				seen.set(`${user}: ${cell}`, lines);
			}
		}
	}, 60_000);
	afterAll(async () => {
		await Promise.allSettled(seen.values());
		await queue.close();
		await worker.close();
		await target.close();
	}, 60_000);

	async function worldOf(user: UserName, credential: Credential): Promise<World> {
		const { startEngine } = await import('../../demo/engine');
		const { apiKey, endpointId, baseUrl: queueBaseUrl } = queue;
		const runPodApi = { apiKey, endpointId, queueBaseUrl };
		const credentials = { runPodApi, minioApi: credential };
		const engine = await startEngine({ folder: resolve('.'), loading: 'lazy', credentials });
		return { user, target, credential, engine, queue };
	}

	describe.each(USERS)('%s', (user) => {
		it.each(cells)(
			'%s',
			async (cell) => {
				const lines = await seen.get(`${user}: ${cell}`);
				expect(lines).toEqual(expectedLines(user, cell, refusesMissing));
			},
			120_000,
		);
	});
});

function workersStorage(credential: Credential) {
	const settings = parseStorageSettings(credential);
	const { endPoint, port, useSSL, region, bucket, caCertificate } = settings;
	const transportAgent = useSSL ? new https.Agent({ ca: caCertificate }) : new http.Agent();
	const accessKey = String(credential.accessKey);
	const secretKey = String(credential.secretKey);
	return { endPoint, port, useSSL, region, bucket, accessKey, secretKey, transportAgent };
}
