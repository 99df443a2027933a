import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { readFaults, rehearse } from '../../../standin/rehearsal/faultsFile';
import { startStandIn } from '../../../standin/standin';
import { USER_VARIABLES } from '../../lib/deployment/rig';

const folder = mkdtempSync(join(tmpdir(), 'faults-file-'));
const children: ChildProcess[] = [];
afterAll(() => {
	for (const child of children) child.kill();
	rmSync(folder, { recursive: true });
});

const address = z.object({
	runpod: z.object({
		baseUrl: z.string(),
		managementBaseUrl: z.string(),
		endpointId: z.string(),
		apiKey: z.string(),
	}),
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

	it('may say what the management API answers, by method and path, also to what took effect', async () => {
		const standIn = await startStandIn({ runMs: 0 });
		const faults = {
			management: [
				{ method: 'GET', path: '/v2/templates', kind: 'answer', status: 503, after: 1 },
				{ method: 'POST', path: '/v2/.*', kind: 'cut', accept: true },
				{ path: '/graphql', kind: 'html' },
			],
		};
		rehearse(standIn, readFaults(JSON.stringify(faults)));
		const { managementBaseUrl, apiKey } = standIn.address().runpod;
		const ask = async (method: string, path: string, body?: object) =>
			await fetch(`${managementBaseUrl}${path}`, {
				method,
				headers: { authorization: `Bearer ${apiKey}` },
				...(body && { body: JSON.stringify(body) }),
			});
		const names = async (query = '') => {
			const { status, ...answer } = await ask('GET', `/templates${query}`).then(async (got) => ({
				status: got.status,
				...z
					.object({ templates: z.array(z.object({ name: z.string() })) })
					.partial()
					.parse(await got.json()),
			}));
			return { status, names: answer.templates?.map(({ name }) => name) };
		};
		expect(await names()).toEqual({ status: 200, names: [] });
		await expect(
			ask('POST', '/templates', { name: 'mine', image: 'org/worker:1' }),
		).rejects.toThrow();
		expect(await names('?a=b')).toMatchObject({ status: 503 });
		expect(await names()).toEqual({ status: 200, names: ['mine'] });
		const page = await ask('POST', '/../graphql', { query: '{ myself { id } }' });
		expect(page.headers.get('content-type')).toContain('text/html');
		await standIn.close();
	});

	it.each(['silent', 'drip', 'cutMidBody', 'large'] as const)(
		'can have the management API spoil its answer: %s',
		async (kind) => {
			const standIn = await startStandIn({ runMs: 0 });
			const faults = { management: [{ path: '/v2/templates', kind, always: true }] };
			rehearse(standIn, readFaults(JSON.stringify(faults)));
			const { managementBaseUrl, apiKey } = standIn.address().runpod;
			const headers = { authorization: `Bearer ${apiKey}` };
			const length = async (path: string) => {
				const signal = AbortSignal.timeout(kind === 'large' ? 20_000 : 500);
				return (await (await fetch(`${managementBaseUrl}${path}`, { headers, signal })).text())
					.length;
			};
			const spoiled = await length('/templates').catch(() => 'no answer');
			if (kind === 'large') expect(spoiled).toBeGreaterThan(20_000_000);
			else expect(spoiled).toBe('no answer');
			expect((await fetch(`${managementBaseUrl}/registries`, { headers })).status).toBe(200);
			await standIn.close();
		},
	);

	it('is met by wan-avatar plan and deploy, in processes of their own', async () => {
		const faults = {
			management: [
				{ method: 'GET', path: '/v2/templates', kind: 'answer', status: 503 },
				{ method: 'POST', path: '/v2/templates', kind: 'answer', status: 422 },
			],
		};
		const standIn = launch(faults);
		const { runpod } = address.parse(JSON.parse(await firstLine(standIn)));
		const command = async (...args: string[]) => {
			const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
				env: {
					...USER_VARIABLES,
					PATH: process.env.PATH,
					RUNPOD_API_KEY: runpod.apiKey,
					RUNPOD_MANAGEMENT_BASE_URL: runpod.managementBaseUrl,
					RUNPOD_QUEUE_BASE_URL: runpod.baseUrl,
				},
				stdio: ['ignore', 'ignore', 'pipe'],
			});
			const err = text(child.stderr);
			const [exitCode] = z.tuple([z.number(), z.null()]).parse(await once(child, 'close'));
			return { exitCode, err: await err };
		};
		expect(await command('plan')).toMatchObject({ exitCode: 0 });
		const refused = await command('deploy', '--yes');
		expect(refused.exitCode).toBe(1);
		expect(refused.err).toContain('did not create the template wan-avatar-template');
		standIn.kill('SIGTERM');
		await once(standIn, 'close');
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
		[
			'{"storage": [{"kind": "cut", "method": "get"}]}',
			'storage[0]: method must be one of GET, HEAD,',
		],
		['{"management": {}}', 'The file: management must be a list'],
		['{"management": [{"kind": "late"}]}', 'management[0]: kind "late" is not known here'],
		[
			'{"management": [{"kind": "cut", "path": "("}]}',
			'management[0]: path is no regular expression',
		],
		[
			'{"management": [{"kind": "cut", "method": "post"}]}',
			'management[0]: method must be one of GET',
		],
		['{"management": [{"kind": "cut", "route": "run"}]}', 'management[0]: route is not known here'],
		['{"management": [{"kind": "answer"}]}', 'management[0]: status is missing'],
		['{"jobs": [{"kind": "failed"}]}', 'jobs[0]: error is missing'],
		['{"cancels": {"never": true}}', 'cancels: never is not known here'],
		['{"queue": null}', 'The file: queue must be a list'],
		['{"cancels": null}', 'cancels must be an object'],
		[
			'{"storage": [{"kind": "late", "delayMs": 2147483648}]}',
			'storage[0]: delayMs must be at most 2147483647 ms',
		],
		[
			'{"queue": [{"kind": "drip", "everyMs": 2147483648}]}',
			'queue[0]: everyMs must be at most 2147483647 ms',
		],
		[
			'{"jobs": [{"kind": "lateProgress", "afterMs": 2147483648}]}',
			'jobs[0]: afterMs must be at most 2147483647 ms',
		],
		[
			'{"cancels": {"uploadsLateMs": 2147483648}}',
			'cancels: uploadsLateMs must be at most 2147483647 ms',
		],
		[
			'{"queue": [{"kind": "cut", "times": 2, "always": true}]}',
			'queue[0]: times says how often, and always without end: choose one',
		],
		['{"queue": [{"kind": "cut", "times": 0}]}', 'queue[0]: times must be at least 1'],
		['{"jobs": [{"kind": "lost", "times": 0}]}', 'jobs[0]: times must be at least 1'],
		['{"storage": [{"kind": "cut", "key": "a)|(b"}]}', 'storage[0]: key is no regular expression'],
		...['/templates', 'v2/templates', '/v2x', '/V2/.*', '/v2/templates|/serverless'].map(
			(path): [string, string] => [
				JSON.stringify({ management: [{ kind: 'cut', path }] }),
				'management[0]: path matches nothing: all paths begin with /v2/ or are /graphql',
			],
		),
	])('is refused with its place: %s', (json, message) => {
		expect(() => readFaults(json)).toThrow(message);
	});

	it.each([
		'/v2/.*',
		'.*',
		'^/v2/templates$',
		'\\/v2\\/templates',
		'/v?2/.*',
		'/v2/(?:templates|registries)',
		'(/v2/serverless|/graphql)',
		'/v2/templates|/graphql',
		'/graphql/?',
		'/[v]2/[(|]?.*',
	])('may have each pattern that a path can match: %s', (path) => {
		const { management } = readFaults(JSON.stringify({ management: [{ kind: 'cut', path }] }));
		expect(management).toHaveLength(1);
	});

	it('may begin with a mark of its encoding, as editors on Windows write it', () => {
		expect(readFaults('\uFEFF{"jobs": [{"kind": "lost"}]}').jobs).toEqual([{ kind: 'lost' }]);
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
			management: [{ method: 'POST', path: /^(?:\/v2\/templates)$/, accept: true }],
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
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
	children.push(child);
	return child;
}

async function firstLine({ stdout }: ReturnType<typeof launch>): Promise<string> {
	let seen = '';
	while (!seen.includes('\n')) seen += String(await once(stdout, 'data'));
	return seen;
}
