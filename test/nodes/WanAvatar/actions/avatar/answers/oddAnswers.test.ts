import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'flatted';
import { generateForm, startRig, statusForm, type Rig } from '../../../engine/rig';
import { startStoredRig, type StoredRig } from '../../../engine/storedRig';

let rig: Rig;
let stored: StoredRig;

beforeAll(async () => {
	rig = await startRig('lazy');
	stored = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
	stored.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
	await stored.close();
});

function answerOnce({ queue }: Rig, body: string): void {
	queue.fault({ route: 'status', kind: 'answer', status: 200, body });
}

const deep = `${'{"a":'.repeat(2700)}1${'}'.repeat(2700)}`;

describe('a paid result is not lost, whatever else the answer holds', () => {
	it.each([
		['2,700 levels', `"deep":${deep}`],
		['fields that every object has', '"constructor":{"a":1},"toString":"x","toJSON":1'],
		['the name of the prototype', '"__proto__":{"json":1},"x":{"__proto__":{"then":1}}'],
		['a number without an end', '"n":1e400,"m":[-1e400]'],
		['a million numbers', `"n":[${'1,'.repeat(1_000_000)}1]`],
		['a video as text', `"video_base64":"${'A'.repeat(10_000_000)}"`],
		['half a million fields', `"n":{${'"k":1,'.repeat(500_000)}"k":1}`],
	])('%s', async (_what, fields) => {
		answerOnce(rig, `{"status":"COMPLETED","output":{"minio_key":"a/b.mp4","fps":24,${fields}}}`);

		const { error, success } = await rig.run(generateForm);

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', minio_key: 'a/b.mp4', fps: 24 });
		expect(rig.queue.calls('run')).toHaveLength(1);
		expect(rig.queue.calls('cancel')).toHaveLength(0);
		// n8n saves items so.
		const saved = stringify(success);
		expect(saved.length).toBeLessThan(200_000);
		expect(parse(saved)).toEqual(success);
	});

	it('fields of a newer worker stay what they are', async () => {
		answerOnce(
			rig,
			'{"status":"COMPLETED","output":{"minio_key":"a/b.mp4","constructor":{"a":1},"seed":7,"n":1e400}}',
		);

		const { success } = await rig.run(generateForm);

		expect(success[0]?.json).toMatchObject({ constructor: { a: 1 }, seed: 7, n: null });
	});

	it('is not the result of another job', async () => {
		answerOnce(rig, '{"id":"other","status":"COMPLETED","output":{"minio_key":"other.mp4"}}');

		const { success } = await rig.run(generateForm);

		expect(success[0]?.json.minio_key).toBe('user-avatars/user_1/avatar_1/idle.mp4');
		expect(rig.queue.calls('run')).toHaveLength(1);
	});
});

it('200 kB of hex in a failed job hold nothing up', async () => {
	answerOnce(rig, `{"status":"FAILED","error":"${'0123456789abcdef'.repeat(12_500)}"}`);
	const startedAtMs = performance.now();

	const { error } = await rig.run(generateForm);

	expect(error?.message).toMatch(/failed on the worker: no reason given/);
	expect(performance.now() - startedAtMs).toBeLessThan(5000);
});

describe('a worker that says its secrets', () => {
	const secrets = ['key-of-the-test', 'secret-key', btoa('key-of-the-test'), btoa('secret-key')];
	const env = { API_KEY: secrets[0], MINIO: secrets[1], encoded: secrets.slice(2).join(' ') };

	function expectMasked(shown: unknown): void {
		const text = JSON.stringify(shown);
		expect(text).toContain('•••');
		for (const secret of secrets) expect(text).not.toContain(secret.replace(/=+$/, ''));
	}

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'in its error: they are shown nowhere (%s)',
		async (onError) => {
			const reason = JSON.stringify(env);
			stored.queue.script({ kind: 'failed', error: `died with ${reason}`, times: 1 });

			const { error, success } = await stored.run(generateForm, { onError });

			expectMasked(error ?? success);
			expect(JSON.stringify(error ?? success)).toContain('died with');
		},
	);

	it('in its output: they are masked, and the result is there', async () => {
		stored.queue.script({
			kind: 'mapOutput',
			map: (output) => ({
				...(typeof output === 'object' ? output : {}),
				env,
				log: [`key ${secrets.join()}`],
			}),
			times: 1,
		});

		const { error, success } = await stored.run(generateForm);

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			size_bytes: expect.any(Number),
			env: { API_KEY: '•••', MINIO: '•••' },
			log: ['key •••,•••,•••,•••'],
		});
		expectMasked(success);
		expect(stored.queue.calls('run')).toHaveLength(1);
	});

	it.each([
		['Generate', generateForm],
		['Get Status', { ...statusForm, jobId: 'job-1' }],
	])('in its links: they are masked by %s', async (_what, form) => {
		const link = `https://storage.example.com/video?k=${secrets[0] ?? ''}&b=${secrets[2] ?? ''}`;
		const output = { minio_key: 'a.mp4', video_url: link, thumbnail_url: link };
		answerOnce(rig, JSON.stringify({ status: 'COMPLETED', output }));

		const { error, success } = await rig.run(form);

		expect(error).toBeUndefined();
		const masked = 'https://storage.example.com/video?k=•••&b=•••';
		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			minio_key: 'a.mp4',
			video_url: expect.stringContaining(masked),
			thumbnail_url: expect.stringContaining(masked),
		});
		expect(JSON.stringify(success)).not.toContain(secrets[0]);
	});

	it('in its progress', async () => {
		answerOnce(stored, JSON.stringify({ status: 'IN_PROGRESS', output: { env } }));

		const { success } = await stored.run({ ...statusForm, jobId: 'job-1' });

		expect(success[0]?.json).toMatchObject({ status: 'IN_PROGRESS' });
		expectMasked(success[0]?.json.progress);
	});

	it('in a refusal of the job, said back by RunPod', async () => {
		stored.queue.fault({
			route: 'run',
			kind: 'answer',
			status: 400,
			body: JSON.stringify({ detail: `bad header ${secrets.join(' ')}` }),
		});

		const { error } = await stored.run(generateForm);

		expect(error?.message).toContain('bad header');
		expectMasked(error);
	});
});
