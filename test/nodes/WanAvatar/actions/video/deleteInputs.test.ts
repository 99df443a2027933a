import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { generateForm } from '../../engine/rig';
import { BUCKET, startStoredRig, type StoredRig } from '../../engine/storedRig';

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

const runDelete = async (videoKey: string, more: object = {}) => {
	const form = { resource: 'video', operation: 'delete', thumbnailKey: '', deleteInputs: true };
	return await rig.run({ ...form, videoKey, ...more });
};

const remove = async (videoKey: string) => {
	const { error, success } = await runDelete(videoKey);
	expect(error).toBeUndefined();
	return success[0]?.json.deleted_keys;
};

const keysOf = (avatarId: string) =>
	rig.store.keys(BUCKET).filter((key) => key.includes(`/user_1/${avatarId}/`));

const putRecord = async (videoKey: string, record: object) => {
	await rig.store.putBytes(BUCKET, `${videoKey}.job.json`, JSON.stringify(record));
};

const recordOf = async (videoKey: string) => {
	const stored = await rig.store.read(BUCKET, `${videoKey}.job.json`);
	const raw: unknown = JSON.parse(stored?.toString('utf8') ?? '{}');
	return z.looseObject({}).parse(raw);
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

describe('a video is not deleted with what others may need', () => {
	it('keeps inputs that a record may name which may not be read', async () => {
		const [one, two] = ['user-avatars/user_1/hid/one.mp4', 'user-avatars/user_1/hid/two.mp4'];
		await generate('hid', one);
		await generate('hid', two);
		rig.store.deny({ rights: ['read'], keys: /two\.mp4\.job/ });
		const { error, success } = await runDelete(one);
		rig.store.deny();

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			deleted_keys: [one, `${one}.job.json`],
			warnings: [expect.stringMatching(/inputs were kept: .*two\.mp4\.job\.json/)],
		});
		expect(keysOf('hid')).toEqual([`input-avatars/user_1/hid/${name}`, two, `${two}.job.json`]);
	});

	it('keeps inputs that a record may name which is too long to be read', async () => {
		const video = 'user-avatars/user_1/huge/idle.mp4';
		await generate('huge', video);
		await rig.store.putBytes(BUCKET, 'user-avatars/user_1/huge/x.mp4.job.json', 'x'.repeat(5e6));
		const { success } = await runDelete(video);
		expect(success[0]?.json).toMatchObject({
			deleted_keys: [video, `${video}.job.json`],
			warnings: [expect.stringMatching(/inputs were kept/)],
		});
	});

	it('keeps its own record where that may not be read, and says so', async () => {
		const video = 'user-avatars/user_1/own/idle.mp4';
		await generate('own', video);
		rig.store.deny({ rights: ['read'], keys: /idle\.mp4\.job/ });
		const { error, success } = await runDelete(video);
		rig.store.deny();

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			deleted_keys: [video],
			warnings: [
				expect.stringMatching(/inputs were kept/),
				expect.stringMatching(/may not read .*it was kept/),
			],
		});
		expect(keysOf('own')).toEqual([`input-avatars/user_1/own/${name}`, `${video}.job.json`]);
	});

	it('names what is gone when the access key may not delete the rest', async () => {
		const video = 'user-avatars/user_1/half/idle.mp4';
		await generate('half', video);
		rig.store.deny({ rights: ['delete'], keys: /idle\.mp4$/ });
		const { error } = await runDelete(video);
		rig.store.deny();

		expect(error?.message).toMatch(/may not delete "user-avatars\/user_1\/half\/idle\.mp4"/);
		expect(error?.description).toMatch(
			new RegExp(`Deleted already: input-avatars/user_1/half/${name}\\.`),
		);
		expect(keysOf('half')).toEqual([video, `${video}.job.json`]);
	});

	it('says that nobody knows of a video at which the access key may not look', async () => {
		rig.store.deny({ rights: ['read', 'list'], keys: /hidden/ });
		const { error, success } = await runDelete('user-avatars/user_1/hidden/idle.mp4', {
			deleteInputs: false,
		});
		rig.store.deny();

		expect(error).toBeUndefined();
		expect(success[0]?.json.warnings).toEqual([
			expect.stringMatching(/nobody knows whether there was such a video/),
			expect.stringMatching(/may not read .*it was kept/),
		]);
	});

	it('deletes neither inputs nor record of a job that may still run', async () => {
		const video = 'user-avatars/user_1/queued/idle.mp4';
		await generate('queued', video);
		const record = await recordOf(video);
		const later = { submitted_at_ms: Date.now(), recorded_at_ms: Date.now() + 10_000 };
		await putRecord(video, { ...record, state: 'submitted', ...later });
		const before = keysOf('queued');

		const refused = await runDelete(video);
		expect(refused.error?.message).toMatch(/The job of ".*" may still wait or run/);
		expect(refused.error?.description).toMatch(/Nothing was deleted/);
		expect(keysOf('queued')).toEqual(before);

		const told = await runDelete(video, { deleteInputs: false });
		expect(told.success[0]?.json).toMatchObject({
			deleted_keys: [video],
			warnings: [expect.stringMatching(/record .* was kept/)],
		});
		const again = await runDelete(video, { deleteInputs: false });
		expect(again.error?.message).toMatch(/may still wait or run/);

		const past = { submitted_at_ms: Date.now() - 25 * 3_600_000 };
		await putRecord(video, { ...record, state: 'submitted', ...past });
		expect(await remove(video)).toEqual([
			`input-avatars/user_1/queued/${name}`,
			`${video}.job.json`,
		]);
	});

	it('takes a video that is younger than the record of its job for the end of that job', async () => {
		const video = 'user-avatars/user_1/made/idle.mp4';
		await generate('made', video);
		const record = await recordOf(video);
		await putRecord(video, { ...record, state: 'submitted' });
		expect(await remove(video)).toHaveLength(3);
	});

	it('refuses a thumbnail key among the inputs', async () => {
		const video = 'user-avatars/user_1/thumb/idle.mp4';
		await rig.store.putBytes(BUCKET, video, 'a video');
		const { error } = await runDelete(video, { thumbnailKey: 'input-avatars/jobs.png' });
		expect(error?.message).toMatch(/Thumbnail Key is in a folder of uploaded inputs/);
		expect(rig.store.keys(BUCKET)).toEqual(
			expect.arrayContaining([video, 'input-avatars/jobs.png']),
		);
	});

	it('refuses a video elsewhere that no job record says to be a result', async () => {
		await rig.store.putBytes(BUCKET, 'templates/t.mp4', 'a template');
		const { error } = await runDelete('templates/t.mp4');
		expect(error?.message).toMatch(/"templates\/t\.mp4" may be no result of Generate/);
		expect(error?.description).toMatch(/Delete of the resource Template/);
		expect(rig.store.keys(BUCKET)).toContain('templates/t.mp4');
	});
});
