import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { readFaults, rehearse } from '../../../standin/rehearsal/faultsFile';
import { startStandIn } from '../../../standin/standin';

const folder = mkdtempSync(join(tmpdir(), 'faults-file-'));
afterAll(() => {
	rmSync(folder, { recursive: true });
});

const address = z.object({
	runpod: z.object({ baseUrl: z.string(), endpointId: z.string(), apiKey: z.string() }),
});

describe('a file of faults', () => {
	it('is played by npm run standin, each fault as often as it says', async () => {
		const faults = {
			queue: [{ route: 'health', kind: 'answer', status: 503, times: 2, after: 1 }],
		};
		const child = launch(faults);
		const { runpod } = address.parse(JSON.parse(await firstLine(child)));
		const url = `${runpod.baseUrl}/${runpod.endpointId}/health`;
		const statuses: number[] = [];
		for (let asked = 0; asked < 4; asked++) {
			statuses.push((await fetch(url, { headers: { authorization: runpod.apiKey } })).status);
		}
		expect(statuses).toEqual([200, 503, 503, 200]);
		child.kill('SIGTERM');
		expect(await once(child, 'close')).toEqual([0, null]);
	}, 60_000);

	it('may say how the jobs of one avatar end, and what the store answers', async () => {
		const standIn = await startStandIn({ runMs: 0 });
		const faults = {
			storage: [{ method: 'GET', key: 'a/.*', kind: 'answer', status: 403, always: true }],
			jobs: [{ avatarId: 'unlucky', kind: 'failed', error: 'CUDA out of memory' }],
		};
		rehearse(standIn, readFaults(JSON.stringify(faults)));
		const { runpod, minio } = standIn.address();
		const run = await fetch(`${runpod.baseUrl}/${runpod.endpointId}/runsync?wait=20000`, {
			method: 'POST',
			headers: { authorization: runpod.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ input: { avatar_id: 'unlucky' } }),
		});
		const store = `http://${minio.endPoint}:${String(minio.port)}/${minio.bucket}`;
		const refused = await fetch(`${store}/a/b`);

		expect(await run.json()).toMatchObject({ status: 'FAILED', error: 'CUDA out of memory' });
		expect(refused.status).toBe(403);
		expect(standIn.storage.calls()).toMatchObject([{ key: 'a/b', errorCode: 'AccessDenied' }]);
		await standIn.close();
	});

	it.each([
		['[]', 'The file must be an object'],
		['{', 'The file is not JSON'],
		['{"minio": []}', 'The file: minio is not known here'],
		['{"queue": {}}', 'The file: queue must be a list'],
		['{"queue": [{"kind": "cut"}, {"kind": "gone"}]}', 'queue[1]: kind "gone" is not known here'],
		['{"queue": [{"route": "start", "kind": "cut"}]}', 'queue[0]: route is none of the queue API'],
		['{"queue": [{"kind": "answer"}]}', 'queue[0]: status is missing'],
		['{"queue": [{"kind": "answer", "status": 99}]}', 'queue[0]: status must be 200 to 599'],
		['{"queue": [{"kind": "cut", "times": "2"}]}', 'queue[0]: times must be a whole number'],
		['{"queue": [{"kind": "cut", "key": "a"}]}', 'queue[0]: key is not known here'],
		['{"storage": [{"kind": "cut", "key": "("}]}', 'storage[0]: key is no regular expression'],
		['{"storage": [{"kind": "late"}]}', 'storage[0]: delayMs is missing'],
		['{"jobs": [{"kind": "failed"}]}', 'jobs[0]: error is missing'],
		['{"cancels": {"never": true}}', 'cancels: never is not known here'],
	])('is refused with its place: %s', (json, message) => {
		expect(() => readFaults(json)).toThrow(message);
	});

	it('that is wrong ends npm run standin before it starts', async () => {
		const child = launch({ jobs: [{ kind: 'explodes' }] });
		const err = text(child.stderr);
		expect(await once(child, 'close')).toEqual([2, null]);
		expect(await err).toContain('jobs[0]: kind "explodes" is not known here');
	}, 60_000);

	it('stands in the documentation as one that can be read', () => {
		const page = readFileSync('docs/standin.md', 'utf8');
		const [, json = ''] = /```json\n([\s\S]+?)```/.exec(page) ?? [];
		expect(readFaults(json)).toMatchObject({
			queue: [{ kind: 'answer' }, { kind: 'cut' }],
			storage: [{ delayMs: 5000 }],
			jobs: [{ kind: 'failed' }],
			cancels: { uploadsLateMs: 5000 },
		});
	});
});

function launch(faults: object) {
	const path = join(folder, 'faults.json');
	writeFileSync(path, JSON.stringify(faults));
	const args = ['--import', 'tsx', join('standin', 'main.ts'), '--faults', path];
	return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function firstLine({ stdout }: ReturnType<typeof launch>): Promise<string> {
	let seen = '';
	while (!seen.includes('\n')) seen += String(await once(stdout, 'data'));
	return seen;
}
