import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateForm } from '../engine/rig';
import { BUCKET, startStoredRig, type StoredRig } from '../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
	rig.store.clearFaults();
});
afterAll(async () => {
	await rig.close();
});

const FILES = /idle\.mp4$|thumb\.jpg$/;
const workersLinks = {
	video_url: 'https://storage.example.com/video',
	thumbnail_url: 'https://storage.example.com/thumbnail',
};

/** A HEAD that is refused has no body that says why. */
function refuse(key: RegExp, code: string, methods = ['HEAD', 'GET']): void {
	for (const method of methods) rig.store.fault({ method, key, times: 99, status: 403, code });
}

const WRONG_KEYS = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'];

describe.each(WRONG_KEYS)('keys that are refused as %s', (code) => {
	it('are no missing right: nothing is paid for', async () => {
		refuse(/./, code);
		const { error, hints } = await rig.run({ ...generateForm, outputVideoKey: '' });

		expect(error?.message).toMatch(/access key|clocks/);
		expect(error?.message).not.toMatch(/may not/);
		expect(hints).toEqual([]);
		expect(rig.queue.calls('run')).toEqual([]);
	});

	it('after the job leave the links of the worker, and what was paid for', async () => {
		refuse(FILES, code);
		const outputOptions = { downloadVideo: true };
		const items = [{ avatar: code }];
		const { error, success, hints } = await rig.run({ ...generateForm, outputOptions }, { items });

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			...workersLinks,
			warnings: [
				expect.stringMatching(/idle\.mp4 cannot be read .*video_url is the worker's own/),
				expect.stringMatching(/thumb\.jpg cannot be read .*thumbnail_url is the worker's own/),
				expect.stringMatching(/The video was not downloaded/),
			],
		});
		expect(hints).toEqual([]);

		const status = { resource: 'job', operation: 'getStatus' };
		const asked = await rig.run(status, { items: success.map(({ json }) => json) });
		expect(asked.success[0]?.json).toMatchObject({ status: 'COMPLETED', ...workersLinks });
	});
});

describe('a store that tells of what it does not give', () => {
	it.each(['AccessDenied', 'InvalidObjectState'])('(%s) makes no dead links', async (code) => {
		refuse(FILES, code, ['GET']);
		const { success, hints } = await rig.run(generateForm, { items: [{ avatar: `get${code}` }] });

		expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', ...workersLinks });
		expect(success[0]?.json.warnings).toHaveLength(2);
		expect(hints).toHaveLength(code === 'AccessDenied' ? 1 : 0);
	});

	it('makes no dead link of a thumbnail alone', async () => {
		refuse(/thumb\.jpg$/, 'AccessDenied', ['GET']);
		const { success } = await rig.run(generateForm, { items: [{ avatar: 'thumbAlone' }] });

		expect(success[0]?.json).toMatchObject({
			video_url: expect.stringMatching(/^http:\/\/127/),
			thumbnail_url: workersLinks.thumbnail_url,
		});
	});

	it('gets no dead link from Get Links', async () => {
		const key = 'user-avatars/user_1/linked/idle.mp4';
		const thumbnailKey = 'user-avatars/user_1/linked/thumb.jpg';
		for (const each of [key, thumbnailKey]) await rig.store.putBytes(BUCKET, each, 'content');
		const form = { resource: 'video', operation: 'getLinks', videoKey: key, thumbnailKey };
		refuse(/linked\/thumb\.jpg$/, 'AccessDenied', ['GET']);
		const { success } = await rig.run(form);
		expect(success[0]?.json).toMatchObject({ thumbnail_url: null, warnings: [expect.anything()] });

		refuse(/linked\/idle\.mp4$/, 'InvalidObjectState', ['GET']);
		expect((await rig.run(form)).error?.message).toMatch(/refused/);
	});

	it('gives links to files that are empty', async () => {
		const key = 'user-avatars/user_1/empty/idle.mp4';
		await rig.store.putBytes(BUCKET, key, '');
		const { success } = await rig.run({ resource: 'video', operation: 'getLinks', videoKey: key });
		expect(success[0]?.json).toMatchObject({ video_url: expect.stringMatching(/^http/) });
	});
});

describe('a proxy that refuses every HEAD', () => {
	beforeEach(() => {
		refuse(/./, 'AccessDenied', ['HEAD']);
	});

	it('hides nothing that can be read', async () => {
		const { success, hints } = await rig.run(generateForm, { items: [{ avatar: 'headless' }] });

		expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', size_bytes: expect.any(Number) });
		expect(success[0]?.json.warnings).toEqual([]);
		expect(hints).toEqual([]);
	});

	it('does not stand in the way of If the Video Exists', async () => {
		const form = { ...generateForm, outputOptions: { ifVideoExists: 'fail' } };
		const items = [{ avatar: 'headlessGuard' }];

		expect((await rig.run(form, { items })).success[0]?.json.status).toBe('COMPLETED');
		const again = await rig.run(form, { items, executionId: 'another' });
		expect(again.error?.message).toMatch(/There is a video already/);
	});

	it('hides no misspelt input', async () => {
		const form = { ...generateForm, portraitPath: 'input-avatars/typo.png' };
		expect((await rig.run(form)).error?.message).toMatch(/no such file .*check the spelling/);
		expect(rig.queue.calls('run')).toEqual([]);
	});
});
