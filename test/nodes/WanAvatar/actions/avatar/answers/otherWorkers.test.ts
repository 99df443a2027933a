import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Container } from '@n8n/di';
import { stringify } from 'flatted';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject } from 'n8n-workflow';
import { otherAnswers, type OtherAnswer } from '../../../../../../standin/queue/jobs/otherWorkers';
import { generateForm, startRig, statusForm, workflowOf, type Rig } from '../../../engine/rig';
import { BUCKET, startStoredRig, type StoredRig } from '../../../engine/storedRig';

const mp4 = readFileSync('examples/media/driving-video.mp4');
const webm = Buffer.concat([
	Buffer.from('1a45dfa3a34286810142f7810142f2810442f381084282847765626d', 'hex'),
	Buffer.alloc(500),
]);
const base64 = mp4.toString('base64');
const link = 'https://storage.example.com/videos/made.mp4?X-Amz-Expires=3600';
const answers = otherAnswers({ base64, link });

let rig: Rig;
let stored: StoredRig;

beforeAll(async () => {
	rig = await startRig('lazy');
	stored = await startStoredRig();
});
afterAll(async () => {
	await rig.close();
	await stored.close();
});

function play({ queue }: Rig, output: unknown): void {
	queue.script({ kind: 'output', output, times: 1 });
}

const that = (holding: OtherAnswer['holds']) =>
	answers
		.filter(({ holds }) => holds === holding)
		.map((answer, i): [string, OtherAnswer, string] => [
			answer.worker,
			answer,
			`${holding}${String(i)}`,
		]);
const keyOf = (avatar: string) => `user-avatars/user_1/${avatar}/idle.mp4`;
const contentOf = async (file: IBinaryData | undefined): Promise<Buffer | undefined> =>
	file && (await Container.get(BinaryDataService).getAsBuffer(file));

/** A file in the item's JSON would be saved with each execution. */
function expectNoFile(json: IDataObject | undefined): void {
	const text = JSON.stringify(json);
	expect(text.length).toBeLessThan(5000);
	expect(text).not.toContain(base64.slice(0, 60));
}

describe('the answers of other workers', () => {
	it('are many', () => {
		expect(answers.length).toBeGreaterThanOrEqual(30);
	});

	describe.each(that('video'))('%s', (_worker, { output }, avatar) => {
		it('its video is stored under the output key', async () => {
			play(stored, output);

			const { error, success } = await stored.run(generateForm, { items: [{ avatar }] });

			expect(error).toBeUndefined();
			const [item] = success;
			expect(item?.json).toMatchObject({
				status: 'COMPLETED',
				minio_key: keyOf(avatar),
				video_url: expect.stringContaining('X-Amz-Signature'),
				size_bytes: mp4.length,
				measured_width: expect.any(Number),
				warnings: [],
			});
			expect(item?.binary?.video).toBeUndefined();
			expect(await stored.store.read(BUCKET, keyOf(avatar))).toEqual(mp4);
			expectNoFile(item?.json);
		});

		it('without MinIO it is the binary field', async () => {
			play(rig, output);

			const { error, success } = await rig.run(generateForm, { items: [{ avatar }] });

			expect(error).toBeUndefined();
			const [item] = success;
			expect(item?.json).toMatchObject({
				status: 'COMPLETED',
				minio_key: null,
				video_url: null,
				size_bytes: mp4.length,
				measured_width: expect.any(Number),
			});
			expect(item?.binary?.video).toMatchObject({ fileName: 'idle.mp4', mimeType: 'video/mp4' });
			expect(await contentOf(item?.binary?.video)).toEqual(mp4);
			expectNoFile(item?.json);
		});
	});

	it.each(that('link'))('%s: it is the link of the item', async (_worker, { output }, avatar) => {
		play(stored, output);

		const { error, success } = await stored.run(generateForm, { items: [{ avatar }] });

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			minio_key: null,
			video_url: link,
		});
	});

	it.each(that('words'))(
		'%s: its words stand in the error',
		async (_worker, { output, says }, avatar) => {
			play(stored, output);

			const { error } = await stored.run(generateForm, { items: [{ avatar }] });

			expect(error?.message).toMatch(
				/^Job \S+-u1 is completed on the worker, but its output names no video/,
			);
			expect(error?.message.replace(/^.* names no video(: )?/, '')).toBe(says);
		},
	);
});

it('what else such an answer says is passed on', async () => {
	play(stored, {
		output: { video: base64, fps: 16, seed: 7 },
		previews: [base64, 'a.png'],
		log: 'x'.repeat(70_000),
		error: '',
	});

	const { success } = await stored.run(generateForm, { items: [{ avatar: 'more' }] });

	const json = success[0]?.json ?? {};
	expect(json).toMatchObject({
		fps: 16,
		seed: 7,
		previews: [expect.stringMatching(/left out/), 'a.png'],
	});
	expect(json.log).toMatch(/^x+… \(70000 characters\)$/);
	expect(JSON.stringify(json).length).toBeLessThan(70_000);
});

describe('a video of 15,000,000 bytes', () => {
	const filler = Buffer.alloc(15_000_000 - mp4.length, '0123456789abcdef');
	filler.writeUInt32BE(filler.length);
	filler.write('free', 4);
	const large = Buffer.concat([mp4, filler]);

	it('is stored whole, and the saved execution and the record stay small', async () => {
		play(stored, { video: large.toString('base64') });
		const workflow = workflowOf(generateForm, { items: [{ avatar: 'large' }] });

		const { error, data, items } = await stored.engine.run(workflow);

		expect(error).toBeUndefined();
		expect(items('Wan Avatar')[0]?.json).toMatchObject({
			minio_key: keyOf('large'),
			size_bytes: 15_000_000,
			warnings: [],
		});
		const kept = await stored.store.read(BUCKET, keyOf('large'));
		expect(sha256(kept)).toBe(sha256(large));
		// n8n saves executions so.
		expect(stringify(data).length).toBeLessThan(20_000);
		const record = await stored.store.read(BUCKET, `${keyOf('large')}.job.json`);
		expect(record?.length).toBeLessThan(2000);
		expect(record?.length).toBeGreaterThan(0);
	});

	function sha256(content: Buffer | undefined): string {
		return createHash('sha256')
			.update(content ?? '')
			.digest('hex');
	}
});

describe('a video that cannot be stored as it should', () => {
	const paid = () => stored.queue.calls('run').length;

	it('goes under the default key where the form leaves the key blank', async () => {
		play(stored, { video: base64 });
		const form = { ...generateForm, outputVideoKey: '' };

		const { success } = await stored.run(form, { items: [{ avatar: 'blank' }] });

		expect(success[0]?.json).toMatchObject({ minio_key: keyOf('blank'), warnings: [] });
		expect(await stored.store.read(BUCKET, keyOf('blank'))).toEqual(mp4);
	});

	it('a WebM does not go under the key of an MP4', async () => {
		play(stored, { video: webm.toString('base64') });

		const { success } = await stored.run(generateForm, { items: [{ avatar: 'webm' }] });

		const [item] = success;
		expect(item?.json).toMatchObject({
			minio_key: null,
			warnings: [expect.stringMatching(/video\/webm video, which does not fit the output key/)],
		});
		expect(item?.binary?.video).toMatchObject({ fileName: 'idle.webm', mimeType: 'video/webm' });
		expect(await contentOf(item?.binary?.video)).toEqual(webm);
		expect(await stored.store.read(BUCKET, keyOf('webm'))).toBeUndefined();
	});

	it('comes as a binary file where MinIO refuses it, and is not paid again', async () => {
		play(stored, { video: base64 });
		const before = paid();
		stored.store.deny({ rights: ['write'], keys: /refused\/idle\.mp4$/ });

		const { error, success } = await stored.run(generateForm, { items: [{ avatar: 'refused' }] });
		stored.store.deny();

		expect(error).toBeUndefined();
		const [item] = success;
		expect(item?.json).toMatchObject({
			minio_key: null,
			warnings: [expect.stringMatching(/answer could not be stored as .*idle\.mp4/)],
		});
		expect(await contentOf(item?.binary?.video)).toEqual(mp4);
		expect(paid() - before).toBe(1);
	});

	it.each([
		['with MinIO', () => stored],
		['without MinIO', () => rig],
	])('is an error where it is cut off, and writes over nothing (%s)', async (_how, rigOf) => {
		await stored.store.putBytes(BUCKET, keyOf('cut'), mp4);
		play(rigOf(), { video: mp4.subarray(0, mp4.length / 2).toString('base64') });

		const { error } = await rigOf().run(generateForm, { items: [{ avatar: 'cut' }] });

		expect(error?.message).toMatch(/its video cannot be played: .* not a complete MP4/);
		expect(await stored.store.read(BUCKET, keyOf('cut'))).toEqual(mp4);
	});
});

describe('a run that fails beside a video that came in the answer', () => {
	const byStatus = /Get Status with its job ID gives out its video for half an hour/;

	it('says where the finished video is to be had', async () => {
		rig.queue.script({ kind: 'output', output: { video: base64 }, times: 1 });
		rig.queue.script({ kind: 'failed', error: 'no luck', times: 1 });
		const { error } = await rig.run(
			{ ...generateForm, limits: { maxParallelJobs: 1 } },
			{ items: [{ avatar: 'made' }, { avatar: 'unlucky' }] },
		);

		const line = error?.description?.split('\n').find((one) => one.startsWith('Item 0: '));
		expect(line).toMatch(/^Item 0: job \S+ is COMPLETED; /);
		expect(line).toMatch(byStatus);
	});

	it('says so where Timeout was over while MinIO was silent', async () => {
		play(stored, { video: base64 });
		stored.store.fault({ method: 'PUT', key: /silent\/idle\.mp4$/, kind: 'silent', times: 9 });
		const { error } = await stored.run(
			{ ...generateForm, waitingOptions: { timeoutMinutes: 0.05 } },
			{ items: [{ avatar: 'silent' }] },
		);
		stored.store.clearFaults();

		expect(error?.message).toMatch(/^Timeout was over while job \S+ was worked on/);
		expect(error?.description).toMatch(byStatus);
	});
});

describe('the other ways to a result', () => {
	const submitted = async (one: Rig, avatar: string): Promise<IDataObject> => {
		play(one, { video: base64 });
		const form = { ...generateForm, waitForCompletion: false };
		const { success } = await one.run(form, { items: [{ avatar }] });
		return success[0]?.json ?? {};
	};
	const ways = [
		['Get Status', statusForm],
		['Wait', { resource: 'job', operation: 'wait' }],
	] as const;

	it.each(ways)('%s stores the video', async (way, form) => {
		const avatar = `stored-${way.replace(' ', '')}`;
		const job = await submitted(stored, avatar);
		await ended(stored, job);

		const { error, success } = await stored.run(
			{ ...form, jobId: '={{ $json.job_id }}' },
			{ items: [job] },
		);

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', minio_key: keyOf(avatar) });
		expect(await stored.store.read(BUCKET, keyOf(avatar))).toEqual(mp4);
		expectNoFile(success[0]?.json);
	});

	it.each(ways)('%s gives the video as a binary file without MinIO', async (way, form) => {
		const job = await submitted(rig, `inline-${way.replace(' ', '')}`);
		await ended(rig, job);

		const { error, success } = await rig.run(
			{ ...form, jobId: '={{ $json.job_id }}' },
			{ items: [job] },
		);

		expect(error).toBeUndefined();
		expect(await contentOf(success[0]?.binary?.video)).toEqual(mp4);
		expectNoFile(success[0]?.json);
	});

	it("the video of an earlier job is not stored over a later one's", async () => {
		const avatar = 'later';
		const job = await submitted(stored, avatar);
		await ended(stored, job);
		const other = { ...generateForm, prompt: 'another one' };
		await stored.run(other, { items: [{ avatar }] });
		const later = await stored.store.read(BUCKET, keyOf(avatar));

		const { success } = await stored.run(
			{ ...statusForm, jobId: '={{ $json.job_id }}' },
			{ items: [job] },
		);

		expect(later).not.toEqual(mp4);
		expect(await stored.store.read(BUCKET, keyOf(avatar))).toEqual(later);
		expect(success[0]?.json.warnings).toEqual([expect.stringMatching(/belongs to job \S+ by now/)]);
		expect(await contentOf(success[0]?.binary?.video)).toEqual(mp4);
	});

	it('a later try of the execution gets the video again, and pays for nothing', async () => {
		rig.queue.script({
			kind: 'output',
			output: { video: base64 },
			when: ({ avatar_id }) => avatar_id === 'again',
		});
		rig.queue.script({ kind: 'failed', error: 'no luck', times: 1 });
		rig.queue.clearCalls();
		const node = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };
		const items = [{ avatar: 'again' }, { avatar: 'unlucky' }];

		const { error, success } = await rig.run(
			{ ...generateForm, limits: { maxParallelJobs: 1 } },
			{ items, node },
		);

		expect(error).toBeUndefined();
		expect(await contentOf(success[0]?.binary?.video)).toEqual(mp4);
		expect(rig.queue.calls('run')).toHaveLength(3);
	});

	async function ended(one: Rig, { job_id }: IDataObject): Promise<void> {
		const form = { ...statusForm, jobId: typeof job_id === 'string' ? job_id : '' };
		for (let tries = 0; tries < 100; tries++) {
			const { status } = (await one.run(form)).success[0]?.json ?? {};
			if (status === 'COMPLETED') return;
		}
		throw new Error('The job did not end');
	}
});
