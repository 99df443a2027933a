import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateForm, located, startRig, type Rig } from '../../engine/rig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy');
});
afterAll(async () => {
	await rig.close();
});

const twelveMegabytes = 'A'.repeat(12 * 1024 * 1024);

/** A form with one mistake, and the words that name the field and the remedy. */
const mistakes: [what: string, form: object, words: RegExp[]][] = [
	[
		'two portraits',
		{ workerOptions: { additionalWorkerInputs: '{"image_url": "https://example.com/a.png"}' } },
		[/Additional Worker Inputs must not set image_url/, /has a field of its own/],
	],
	[
		'no portrait',
		{ portraitPath: '={{ "" }}' },
		[/Portrait \(image_minio_path\) is empty/, /give the path/],
	],
	['no driving video', { drivingVideoPath: '={{ " " }}' }, [/Driving Video /, /is empty/]],
	['a source that is not in the list', { portraitSource: 'floppy' }, [/No portrait is given/]],
	['a key with ..', { portraitPath: 'a/../b.png' }, [/Portrait /, /".."/, /whole path/]],
	[
		'a leading slash',
		{ drivingVideoPath: '/a.mp4' },
		[/Driving Video /, /slash, as "\/a\.mp4" does: remove it/],
	],
	['an output key with ..', { outputVideoKey: '../a.mp4' }, [/Output Video Key/, /".."/]],
	['a URL as a path', { portraitPath: 'https://a.b/c.png' }, [/Portrait /, /choose URL/]],
	[
		'an ftp URL',
		{ portraitSource: 'url', portraitUrl: 'ftp://example.com/a.png' },
		[/Portrait URL \(image_url\)/, /http:\/\/ or https:\/\//],
	],
	['an empty user ID', { userId: '={{ "" }}' }, [/User ID \(user_id\) is empty/, /give an ID/]],
	['a missing user ID', { userId: '={{ $json.nothing }}' }, [/User ID \(user_id\) is empty/]],
	[
		'a user ID of two segments',
		{ userId: 'a/b' },
		[/User ID/, /must not have a slash, as "a\/b" has/],
	],
	[
		'broken base64',
		{ portraitSource: 'base64', portraitBase64: 'iVBORw0KGgo*' },
		[/Portrait Base64/, /is not base64/],
	],
	[
		'12 MB of base64',
		{ portraitSource: 'base64', portraitBase64: twelveMegabytes },
		[/Portrait Base64/, /10 MB/, /MinIO/],
	],
	[
		'one key for video and thumbnail',
		{ outputThumbnailKey: 'user-avatars/<user_id>/<avatar_id>/idle.mp4' },
		[/Output Thumbnail Key/, /key of its own/],
	],
	[
		'a result over its own portrait',
		{ outputThumbnailKey: 'input-avatars/jobs.png' },
		[
			/Output Thumbnail Key \(output_thumbnail_key\) is also the key of the portrait/,
			/another key/,
		],
	],
	[
		'a result over its own template',
		{
			drivingVideoPath: located('id', 'sitting-woman'),
			outputVideoKey: 'sitting-woman/video-conference-woman.mp4',
		},
		[/Output Video Key .* is where template sitting-woman may lie/],
	],
	[
		'a name that is too long only with the name of the run',
		{ outputVideoKey: `${'a'.repeat(1011)}.mp4`, outputOptions: { outputName: 'new' } },
		[/Output Video Key .* is longer than 1015 bytes/],
	],
	[
		'a timeout of nothing',
		{ waitingOptions: { timeoutMinutes: 0 } },
		[/Timeout \(Minutes\) must be more than 0/],
	],
];

describe('a mistake is named before anything is sent', () => {
	it.each(mistakes)('%s', async (_what, form, words) => {
		const { error } = await rig.run({ ...generateForm, ...form });

		for (const word of words) expect(error?.message).toMatch(word);
		expect(error).toMatchObject({ name: 'NodeOperationError', itemIndex: 0 });
		expect(error?.description).toMatch(/Nothing was sent/);
		expect(error?.message).not.toMatch(/A{600}/);
		expect(rig.queue.calls()).toEqual([]);
	});
});

describe('everything that is wrong with an item is said at once, in the words of the form', () => {
	const wrongAtOnce = {
		...generateForm,
		userId: 'a/b',
		avatarId: '<avatar_id>',
		portraitSource: 'binary',
		portraitBinaryField: 'photo',
		drivingVideoSource: 'binary',
		drivingVideoBinaryField: 'moves',
		outputVideoKey: 'a//b.mp4',
		outputThumbnailKey: 'a.job.json',
		prompt: '\ud800',
		outputOptions: { downloadVideo: true },
		linkOptions: {
			linkType: 'public',
			linkExpiryDays: 'soon',
			publicBaseUrl: 'cdn.example.com',
		},
		waitingOptions: { timeoutMinutes: 0 },
		limits: { maxParallelJobs: 3000, maxQueueMinutes: 5 },
		workerOptions: { webhookUrl: 'example.com', additionalWorkerInputs: '[]' },
	};
	const all = [
		/User ID \(user_id\) must not have a slash/,
		/Avatar ID \(avatar_id\) must not hold <avatar_id>/,
		/Portrait Binary Field names "photo", but the files of the item are in: moves/,
		/Driving Video Binary Field gives no good file: .* is not an MP4, MOV or WebM video/,
		/Output Video Key \(output_video_key\) must not have a double slash/,
		/Output Thumbnail Key \(output_thumbnail_key\) must not end with \.job\.json/,
		/Prompt holds half of a character/,
		/Timeout \(Minutes\) must be more than 0/,
		/Max Parallel Jobs must be at most 1000/,
		/Max Queue Time \(Minutes\) needs Max Run Time/,
		/Download Video needs a MinIO API credential/,
		/Webhook URL must be an address/,
		/Additional Worker Inputs must be a JSON object/,
		/Link Expiry \(Days\) must be a number/,
		/Public Base URL must be an address/,
	];

	it('fifteen faults of all kinds', async () => {
		const { error } = await rig.run(wrongAtOnce, {
			files: { moves: 'examples/media/portrait.png' },
		});

		for (const words of all) expect(error?.message).toMatch(words);
		expect(error?.message.split('; ')).toHaveLength(all.length);
		expect(error?.description).toMatch(
			/^A driving video is one[^.]*\.[^.]*mixed up\. Correct it[^.]*\. Nothing was sent[^.]*\.$/,
		);
		expect(rig.queue.calls()).toEqual([]);
	});

	it('a wrong option of the run beside what is wrong with each item', async () => {
		const { success } = await rig.run(
			{ ...generateForm, limits: { maxParallelJobs: 3000 } },
			{ items: [{ avatar: 'a/b' }, { avatar: 'c' }], onError: 'continueRegularOutput' },
		);

		expect(success.map(({ json }) => json.error)).toEqual([
			expect.stringMatching(/^Max Parallel Jobs .*; Avatar ID .* must not have a slash/),
			expect.stringMatching(/^Max Parallel Jobs must be at most 1000$/),
		]);
		expect(rig.queue.calls()).toEqual([]);
	});
});

it('a link that the worker on RunPod cannot open', async () => {
	const runPodApi = { apiKey: 'key-of-the-test', endpointId: 'endpoint1' };
	const far = await startRig('lazy', {}, { runPodApi });
	try {
		const portrait = { portraitSource: 'url', portraitUrl: 'http://minio:9000/a.png' };
		const { error } = await far.run({ ...generateForm, ...portrait });
		expect(error?.message).toMatch(
			/^Portrait URL \(image_url\) is at minio:9000, which only your own machine knows/,
		);
		expect(error?.description).toMatch(/give its path.*Nothing was sent to RunPod/);
	} finally {
		await far.close();
	}
});

it('a wrong option of the run is said once', async () => {
	const { error } = await rig.run(
		{ ...generateForm, limits: { maxParallelJobs: 3000 } },
		{ items: [{ avatar: 'a' }, { avatar: 'b/c' }, { avatar: 'd' }] },
	);

	expect(error?.message).toMatch(/^Max Parallel Jobs must be at most 1000 \[item 0\]$/);
	expect(error?.description).not.toContain('Max Parallel Jobs');
	expect(error?.description).toMatch(/Item 1: Avatar ID .* must not have a slash/);
});

it('a field that is left blank is named by n8n itself', async () => {
	await expect(rig.run({ ...generateForm, userId: '' })).rejects.toThrow(
		/Parameter "User ID" is required/,
	);
	expect(rig.queue.calls()).toEqual([]);
});

it('one bad item of three stops all three, and every bad one is listed', async () => {
	const items = [{ avatar: 'a' }, { avatar: '' }, { avatar: 'b/c' }];

	const { error } = await rig.run(generateForm, { items });

	expect(error?.message).toMatch(/Avatar ID \(avatar_id\) is empty.*\[item 1\]/);
	expect(error?.description).toMatch(/Item 2: Avatar ID \(avatar_id\) must not have a slash/);
	expect(error?.itemIndex).toBe(1);
	expect(rig.queue.calls()).toEqual([]);
});

it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'with %s a bad item costs only itself',
	async (onError) => {
		rig.queue.clearCalls();
		const items = [{ avatar: 'a' }, { avatar: 'b/c' }, { avatar: 'd' }];

		const { error, success, failed } = await rig.run(generateForm, { items, onError });

		expect(error).toBeUndefined();
		const bad = onError === 'continueErrorOutput' ? failed[0] : success[1];
		expect(bad?.json).toMatchObject({
			error: expect.stringMatching(/must not have a slash/),
			details: { code: 'INVALID_INPUT', user_id: 'user_1', avatar_id: 'b/c' },
		});
		const good = success.filter(({ json }) => !json.error);
		expect(good.map(({ json }) => json.avatar_id)).toEqual(['a', 'd']);
		expect(rig.queue.calls('run')).toHaveLength(2);
	},
);

describe('what concerns all items', () => {
	it('a custom API call is refused with a way out', async () => {
		const { error } = await rig.run({
			resource: '__CUSTOM_API_CALL__',
			operation: '__CUSTOM_API_CALL__',
		});

		expect(error?.message).toBe('Wan Avatar makes no custom API calls');
		expect(error?.description).toMatch(/HTTP Request node/);
	});

	it('an unknown operation is named', async () => {
		const { error } = await rig.run({ resource: 'avatar', operation: 'dance' });

		expect(error?.message).toMatch(/no operation avatar:dance/);
	});
});
