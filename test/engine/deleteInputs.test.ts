import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateForm } from './rig';
import { BUCKET, startStoredRig, type StoredRig } from './storedRig';

const portrait = 'examples/media/portrait.png';
const name = `${createHash('sha256').update(readFileSync(portrait)).digest('hex')}.png`;
const strangers = `${'ab'.repeat(32)}.mp4`;

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
afterAll(async () => {
	await rig.close();
});

const generate = async (avatarId: string, outputVideoKey: string) => {
	const form = { ...generateForm, portraitSource: 'binary', portraitBinaryField: 'data' };
	const where = { avatarId, outputVideoKey, outputThumbnailKey: '' };
	const { error } = await rig.run({ ...form, ...where }, { files: { data: portrait } });
	expect(error).toBeUndefined();
};

const remove = async (videoKey: string) => {
	const form = { resource: 'video', operation: 'delete', thumbnailKey: '', deleteInputs: true };
	const { error, success } = await rig.run({ ...form, videoKey });
	expect(error).toBeUndefined();
	return success[0]?.json.deleted_keys;
};

const keysOf = (avatarId: string) =>
	rig.store.keys(BUCKET).filter((key) => key.includes(`/user_1/${avatarId}/`));

const putRecord = async (videoKey: string, record: object) => {
	await rig.store.putBytes(BUCKET, `${videoKey}.job.json`, JSON.stringify(record));
};

describe('a video deleted with its inputs', () => {
	it('takes the portrait along that was uploaded for it, and nothing else', async () => {
		const video = 'user-avatars/user_1/alone/idle.mp4';
		await generate('alone', video);
		const input = `input-avatars/user_1/alone/${name}`;
		const other = `driving-videos/user_1/alone/${strangers}`;
		await rig.store.putBytes(BUCKET, other, 'of another job');
		expect(keysOf('alone')).toEqual([other, input, video, `${video}.job.json`]);

		expect(await remove(video)).toEqual([input, video, `${video}.job.json`]);

		expect(keysOf('alone')).toEqual([other]);
	});

	it.each([
		['beside it', 'user-avatars/user_1/shared/idle.mp4', 'user-avatars/user_1/shared/talk.mp4'],
		['elsewhere', 'elsewhere/user_1/apart/idle.mp4', 'user-avatars/user_1/apart/idle.mp4'],
	])('leaves an input that a job %s has too, until that one goes', async (_where, one, two) => {
		const [, , avatar = ''] = one.split('/');
		await generate(avatar, one);
		await generate(avatar, two);
		const input = `input-avatars/user_1/${avatar}/${name}`;

		expect(await remove(one)).toEqual([one, `${one}.job.json`]);
		expect(keysOf(avatar)).toEqual([input, two, `${two}.job.json`]);

		expect(await remove(two)).toEqual([input, two, `${two}.job.json`]);
		expect(keysOf(avatar)).toEqual([]);
	});

	it.each([
		['without a job record', undefined],
		['with the record of an earlier version', { version: 1, state: 'finished' }],
		['with a record that is none', { input_keys: 'all' }],
	])('leaves all inputs %s', async (_what, record) => {
		const video = 'user-avatars/user_1/unknown/idle.mp4';
		const input = `input-avatars/user_1/unknown/${name}`;
		await rig.store.putBytes(BUCKET, video, 'a video');
		await rig.store.putBytes(BUCKET, input, 'a portrait');
		if (record) await putRecord(video, record);

		expect(await remove(video)).toEqual(record ? [video, `${video}.job.json`] : [video]);

		expect(keysOf('unknown')).toEqual([input]);
	});

	it('leaves what a forged record names outside of the uploads', async () => {
		const video = 'user-avatars/user_1/forged/idle.mp4';
		const own = `driving-videos/user_1/forged/${strangers}`;
		const named = [
			'input-avatars/jobs.png',
			'sitting-woman/video-conference-woman.mp4',
			`user-avatars/user_2/a/${name}`,
			`input-avatars/../user-avatars/user_2/a/${name}`,
			'input-avatars/',
		];
		await rig.store.putBytes(BUCKET, video, 'a video');
		await rig.store.putBytes(BUCKET, own, 'a driving video');
		await rig.store.putBytes(BUCKET, `user-avatars/user_2/a/${name}`, 'of another user');
		for (const thumbnail_key of ['input-avatars/jobs.png', named[1]]) {
			await rig.store.putBytes(BUCKET, own, 'a driving video');
			await putRecord(video, { input_keys: [...named, own], output: { thumbnail_key } });
			expect(await remove(video)).toContain(own);
		}

		const keys = rig.store.keys(BUCKET);
		expect(keys).toEqual(expect.arrayContaining(named.slice(0, 3)));
		expect(keysOf('forged')).toEqual([]);
	});
});
