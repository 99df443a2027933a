import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateForm } from '../engine/rig';
import { BUCKET, startStoredRig, videoOf, type StoredRig } from '../engine/storedRig';
import { startTappedLine, type TappedLine } from '../engine/tappedLine';

const PROMPT = 'a prompt of the test';
const VIDEO = 'user-avatars/user_1/sent/idle.mp4';
const OTHERS = 'user-avatars/user_2/other/idle.mp4';
const form = {
	...generateForm,
	portraitSource: 'binary',
	portraitBinaryField: 'photo',
	prompt: PROMPT,
	useMinioCredential: true,
};

let rig: StoredRig;
let toRunPod: TappedLine;
let toMinio: TappedLine;
let output: string;

beforeAll(async () => {
	rig = await startStoredRig();
	await rig.store.putBytes(BUCKET, OTHERS, videoOf(OTHERS));
	toRunPod = await startTappedLine(Number(new URL(rig.queue.baseUrl).port));
	toMinio = await startTappedLine(rig.store.port);
	const { runPodApi, minioApi } = rig.credentials;
	if (!runPodApi || !minioApi) throw new Error('The rig has no credentials');
	const { pathname } = new URL(rig.queue.baseUrl);
	runPodApi.queueBaseUrl = `http://127.0.0.1:${String(toRunPod.port)}${pathname}`;
	minioApi.endpoint = `http://127.0.0.1:${String(toMinio.port)}`;
	const files = { photo: 'examples/media/portrait.png' };
	const { error, success } = await rig.run(form, { items: [{ avatar: 'sent' }], files });
	expect(error).toBeUndefined();
	output = JSON.stringify(success);
});
afterAll(async () => {
	toRunPod.close();
	toMinio.close();
	await rig.close();
});

describe('what Generate sends', () => {
	it("to RunPod is its key and the request, and nothing of MinIO's keys", () => {
		const sent = toRunPod.sent();
		expect(sent).toContain(`Bearer ${rig.queue.apiKey}`);
		expect(sent).toContain(PROMPT);
		expect(sent).not.toContain(rig.store.secretKey);
		expect(sent).not.toContain('X-Amz-');
	});

	it('to MinIO is the file and a signature, and neither of the secrets nor the prompt', () => {
		const sent = toMinio.sent();
		expect(sent).toContain('IHDR');
		expect(sent).toContain(`Credential=${rig.store.accessKey}/`);
		for (const secret of [rig.store.secretKey, rig.queue.apiKey, PROMPT])
			expect(sent).not.toContain(secret);
	});
});

describe('what Generate leaves', () => {
	it('in the bucket is the upload, the results and the record', () => {
		const keys = rig.store.keys(BUCKET).filter((key) => key.includes('/user_1/sent/'));
		expect(keys).toEqual([
			expect.stringMatching(/^input-avatars\/user_1\/sent\/[0-9a-f]{64}\.png$/),
			VIDEO,
			`${VIDEO}.job.json`,
			'user-avatars/user_1/sent/thumb.jpg',
		]);
	});

	it('in the record is no prompt, no link and no key of a service', async () => {
		const record = String(await rig.store.read(BUCKET, `${VIDEO}.job.json`));
		expect(record).toContain('"state":"finished"');
		for (const word of [PROMPT, 'http', 'X-Amz-', rig.queue.apiKey, rig.store.secretKey])
			expect(record).not.toContain(word);
	});

	it('in the item are links that the secret key has signed, and no secret', () => {
		expect(output).toContain('X-Amz-Signature=');
		for (const secret of [rig.queue.apiKey, rig.store.secretKey])
			expect(output).not.toContain(secret);
	});
});

describe("a worker that names another user's video", () => {
	const run = async (outputVideoKey: string) => {
		rig.queue.script({ kind: 'output', output: { minio_key: OTHERS }, times: 1 });
		const more = { outputVideoKey, portraitSource: 'minioPath' };
		return await rig.run({ ...form, ...more }, { items: [{ avatar: 'named' }] });
	};

	it('gets no link to it where it was told a key, since the video is older than the job', async () => {
		const { error, success } = await run('user-avatars/user_1/named/idle.mp4');
		expect(error?.message).toContain(`${OTHERS} in bucket ${BUCKET} is of an earlier job`);
		expect(success).toEqual([]);
	});

	it('is believed where it was to choose the key itself', async () => {
		const { success } = await run('');
		expect(success[0]?.json).toMatchObject({
			minio_key: OTHERS,
			video_url: expect.stringContaining('X-Amz-Signature='),
		});
	});
});
