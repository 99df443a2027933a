import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateForm } from '../../engine/rig';
import { BUCKET, startStoredRig, type StoredRig } from '../../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
	rig.store.deny();
});
afterAll(async () => {
	await rig.close();
});

describe.each(['fail', 'return'])('If the Video Exists: %s', (ifVideoExists) => {
	const form = { ...generateForm, outputOptions: { ifVideoExists } };

	it('sends nothing without a MinIO credential', async () => {
		const { error } = await rig.run(form, { node: { credentials: runPodAlone() } });

		expect(error?.message).toMatch(
			/If the Video Exists needs a MinIO API credential to look for the video/,
		);
		expect(rig.queue.calls('run')).toEqual([]);
	});

	it('sends nothing where the worker chooses the key', async () => {
		const { error } = await rig.run({ ...form, outputVideoKey: '' });

		expect(error?.message).toMatch(/If the Video Exists needs an Output Video Key to look at/);
		expect(rig.queue.calls('run')).toEqual([]);
	});

	it('sends nothing where the access key may not look', async () => {
		rig.store.deny({ rights: ['read'], keys: /idle\.mp4$/ });
		const { error } = await rig.run(form, { items: [{ avatar: ifVideoExists }] });

		expect(error?.message).toMatch(/may not look whether there is a video at user-avatars/);
		expect(error?.description).toMatch(/Nothing was sent.*s3:GetObject and s3:ListBucket/);
		expect(rig.queue.calls('run')).toEqual([]);
	});
});

describe('a key of few rights', () => {
	const workersLink = 'https://storage.example.com/video';

	it('that may not read keeps the links of the worker, and says so once for all items', async () => {
		rig.store.deny({ rights: ['read'], keys: /\.(mp4|jpg)$/ });
		const { error, success, hints } = await rig.run(generateForm, {
			items: [{ avatar: 'dead1' }, { avatar: 'dead2' }],
		});

		expect(error).toBeUndefined();
		const [first] = success.map(({ json }) => json);
		expect(first).toMatchObject({
			status: 'COMPLETED',
			video_url: workersLink,
			thumbnail_url: 'https://storage.example.com/thumbnail',
			warnings: [
				"The access key may not look at user-avatars/user_1/dead1/idle.mp4: it was not checked, and video_url is the worker's own link.",
				"The access key may not look at user-avatars/user_1/dead1/thumb.jpg: it was not checked, and thumbnail_url is the worker's own link.",
			],
		});
		expect(hints).toEqual([
			expect.stringMatching(
				/may not look at inputs in bucket avatars: one that is missing .* paid/,
			),
			expect.stringMatching(/may not look at results .* links to them are the worker's own/),
		]);
	});

	it('keeps a link that lasts, which no key has signed', async () => {
		rig.store.deny({ rights: ['read'], keys: /\.(mp4|jpg)$/ });
		const linkOptions = { linkType: 'public', publicBaseUrl: 'https://cdn.example.com/avatars' };
		const { success } = await rig.run(
			{ ...generateForm, linkOptions },
			{ items: [{ avatar: 'lasting' }] },
		);

		expect(success[0]?.json).toMatchObject({
			video_url: 'https://cdn.example.com/avatars/user-avatars/user_1/lasting/idle.mp4',
		});
	});

	it('that may not read gives a paid result without the files that were asked for', async () => {
		rig.store.deny({ rights: ['read'], keys: /\.(mp4|jpg)$/ });
		const outputOptions = { downloadVideo: true };
		const { error, success } = await rig.run(
			{ ...generateForm, outputOptions },
			{ items: [{ avatar: 'files' }] },
		);

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			video_url: workersLink,
			warnings: expect.arrayContaining([
				expect.stringMatching(/The video was not downloaded: .* may not read .*idle\.mp4/),
			]),
		});
	});

	it('that may not look at the thumbnail of a video that is there says so', async () => {
		const items = [{ avatar: 'returned' }];
		await rig.run(generateForm, { items });
		rig.store.deny({ rights: ['read'], keys: /thumb\.jpg$/ });
		const paid = rig.queue.calls('run').length;
		const form = { ...generateForm, outputOptions: { ifVideoExists: 'return' } };
		const { success, hints } = await rig.run(form, { items, executionId: 'another' });

		expect(rig.queue.calls('run')).toHaveLength(paid);
		expect(success[0]?.json).toMatchObject({
			minio_key: 'user-avatars/user_1/returned/idle.mp4',
			thumbnail_key: null,
			warnings: [
				'The access key may not look at user-avatars/user_1/returned/thumb.jpg: it is not given out.',
			],
		});
		expect(hints).toContainEqual(
			expect.stringMatching(/may not look at results in bucket avatars/),
		);
	});

	it('that may not list is not told of records that it may not read', async () => {
		rig.store.deny({ rights: ['list'] });
		const { success, hints } = await rig.run(generateForm, { items: [{ avatar: 'nolist' }] });

		expect(success[0]?.json.warnings).toEqual([]);
		expect(hints).toEqual([]);
	});

	it('that may not list pays for a missing input, and a hint says why', async () => {
		rig.store.deny({ rights: ['list'] });
		const form = { ...generateForm, portraitPath: 'input-avatars/typo.png' };
		const { hints } = await rig.run(form, { items: [{ avatar: 'typo' }] });

		expect(rig.queue.calls('run')).toHaveLength(1);
		expect(hints).toEqual([
			'The access key may not look at inputs in bucket avatars: one that is missing is not noticed before its job is paid for. It needs s3:GetObject and s3:ListBucket.',
		]);
	});

	it.each([
		['that names it', 'cannot open input-avatars/typo.png', 1],
		['that says that something is not there', 'An error occurred (404): Not Found', 1],
		['over something else', 'CUDA out of memory', 3],
	])(
		'that may not list, with Retry On Fail and a failure %s (%s): jobs %i',
		async (what, error, jobs) => {
			rig.store.deny({ rights: ['list'] });
			const avatar = `typo-${String(what.length)}`;
			rig.queue.script({ kind: 'failed', error, when: ({ avatar_id }) => avatar_id === avatar });
			const form = { ...generateForm, portraitPath: 'input-avatars/typo.png' };
			const run = await rig.run(form, {
				items: [{ avatar }],
				node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
			});

			expect(run.error?.message).toContain(error);
			expect(run.error?.description).toMatch(/check that input-avatars\/typo\.png can be found/);
			expect(rig.queue.calls('run')).toHaveLength(jobs);
		},
	);

	it('that may not read keeps the links of the worker in Get Status, too', async () => {
		const { success } = await rig.run(generateForm, { items: [{ avatar: 'status' }] });
		rig.store.deny({ rights: ['read'], keys: /\.(mp4|jpg)$/ });
		const status = { resource: 'job', operation: 'getStatus' };
		const asked = await rig.run(status, { items: success.map(({ json }) => json) });

		expect(asked.success[0]?.json).toMatchObject({ status: 'COMPLETED', video_url: workersLink });
		expect(asked.hints).toEqual([expect.stringMatching(/may not look at results/)]);
	});

	it('that may not write leaves no record, and a hint says that others cannot see the job', async () => {
		rig.store.deny({ rights: ['write', 'delete'] });
		const { success, hints } = await rig.run(generateForm, { items: [{ avatar: 'unwritten' }] });

		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			warnings: [expect.stringMatching(/may not write the record of this job/)],
		});
		expect(hints).toEqual([
			expect.stringMatching(/may not write job records .* other executions cannot see these jobs/),
		]);
	});

	it('that may not read gets no dead link from Get Links', async () => {
		const key = 'user-avatars/user_1/links/idle.mp4';
		const thumbnail = 'user-avatars/user_1/links/thumb.jpg';
		for (const each of [key, thumbnail]) await rig.store.putBytes(BUCKET, each, 'content');
		const form = { resource: 'video', operation: 'getLinks', videoKey: key };
		rig.store.deny({ rights: ['read'], keys: /thumb\.jpg$/ });
		const { success } = await rig.run({ ...form, thumbnailKey: thumbnail });
		expect(success[0]?.json).toMatchObject({
			video_url: expect.stringMatching(/^http/),
			thumbnail_url: null,
			warnings: [expect.stringMatching(/may not read .*thumb\.jpg.*: there is no link to it/)],
		});

		rig.store.deny({ rights: ['read'] });
		const { error } = await rig.run({ ...form, thumbnailKey: thumbnail });
		expect(error?.message).toBe(`The access key may not read "${key}" in bucket avatars`);
		expect(error?.description).toMatch(/s3:GetObject/);
	});

	it('that may only write has its template uploaded all the same', async () => {
		rig.store.deny({ rights: ['read', 'list'] });
		const form = { resource: 'template', operation: 'upload', templatePath: 'poses/a.mp4' };
		const files = { data: 'examples/media/driving-video.mp4' };
		const refused = await rig.run({ ...form, templateBinaryField: 'data' }, { files });
		expect(refused.error?.message).toMatch(/may not see whether there is a template/);
		const options = { overwrite: true };
		const { success } = await rig.run({ ...form, templateBinaryField: 'data', options }, { files });
		expect(success[0]?.json).toMatchObject({
			driving_video_path: 'poses/a.mp4',
			size_bytes: expect.any(Number),
			last_modified: null,
		});
	});
});

function runPodAlone() {
	return { runPodApi: { id: 'runPodApi', name: 'runPodApi' } };
}
