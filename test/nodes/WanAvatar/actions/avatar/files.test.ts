import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeSamples, type Sample } from '../../../../lib/base/media/mediaFiles';
import { generateForm, startRig, type Rig, type Run } from '../../engine/rig';
import { BUCKET, startStoredRig, type StoredRig } from '../../engine/storedRig';

let folder: string;
let samples: Sample[];
let stored: StoredRig;
let bare: Rig;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-samples-'));
	samples = await makeSamples(folder);
	stored = await startStoredRig();
	bare = await startRig('lazy');
	for (const { name, bytes } of samples) await stored.store.putBytes(BUCKET, name, bytes);
}, 180_000);
beforeEach(() => {
	stored.queue.clearCalls();
	bare.queue.clearCalls();
});
afterAll(async () => {
	await stored.close();
	await bare.close();
	rmSync(folder, { recursive: true, force: true });
});

/** All files of one kind, each an item of one run; bad ones cost only themselves. */
async function runAll(
	rig: Rig,
	kind: Sample['kind'],
	form: Record<string, unknown>,
	given: (sample: Sample) => string,
): Promise<{ list: Sample[]; run: Run }> {
	const list = samples.filter((sample) => sample.kind === kind);
	const items = list.map((sample, i) => ({ avatar: `a${String(i)}`, given: given(sample) }));
	const files = Object.fromEntries(list.map(({ path }, i) => [`f${String(i)}`, path]));
	const run = await rig.run(
		{ ...generateForm, ...form, limits: { maxParallelJobs: 50 } },
		{ items, files, onError: 'continueRegularOutput' },
	);
	return { list, run };
}

/** What each file is refused with, beside what it should be. */
function outcome({ list, run }: { list: Sample[]; run: Run }, mayGuess: boolean) {
	const isBad = ({ fault, isGuess }: Sample) => fault && (mayGuess || !isGuess);
	const said = list.map(({ name }, i) => [name, run.success[i]?.json.error ?? 'passes']);
	const wanted = list.map((sample) => [
		sample.name,
		isBad(sample) ? expect.stringMatching(sample.fault ?? '') : 'passes',
	]);
	return { said, wanted, good: list.filter((sample) => !isBad(sample)) };
}

const ways = {
	portrait: {
		binary: { portraitSource: 'binary', portraitBinaryField: '={{ $json.given }}' },
		path: { portraitSource: 'minioPath', portraitPath: '={{ $json.given }}' },
		base64: { portraitSource: 'base64', portraitBase64: '={{ $json.given }}' },
	},
	'driving video': {
		binary: { drivingVideoSource: 'binary', drivingVideoBinaryField: '={{ $json.given }}' },
		path: { drivingVideoSource: 'minioPath', drivingVideoPath: '={{ $json.given }}' },
		base64: { drivingVideoSource: 'base64', drivingVideoBase64: '={{ $json.given }}' },
	},
};

describe.each(['portrait', 'driving video'] as const)('every %s', (kind) => {
	const fieldOf = (sample: Sample) =>
		`f${String(samples.filter((other) => other.kind === kind).indexOf(sample))}`;

	it.each([
		['with MinIO', () => stored],
		['without MinIO', () => bare],
	])('as binary file, %s', async (_where, rigOf) => {
		const rig = rigOf();
		const done = await runAll(rig, kind, ways[kind].binary, fieldOf);
		const { said, wanted, good } = outcome(done, true);

		expect(said).toEqual(wanted);
		expect(rig.queue.calls('run')).toHaveLength(good.length);
	});

	it('by its path in the bucket', async () => {
		const done = await runAll(stored, kind, ways[kind].path, ({ name }) => name);
		const { said, wanted, good } = outcome(done, false);

		expect(said).toEqual(wanted);
		expect(stored.queue.calls('run')).toHaveLength(good.length);
	});

	it('as base64', async () => {
		const done = await runAll(bare, kind, ways[kind].base64, ({ bytes }) =>
			bytes.toString('base64'),
		);
		const { said, wanted, good } = outcome(done, false);

		expect(said).toEqual(wanted);
		expect(bare.queue.calls('run')).toHaveLength(good.length);
	});
});

describe('one bad file', () => {
	it.each([
		[
			'a HEIC picture as binary file',
			'phone.heic',
			ways.portrait.binary,
			/^Portrait Binary Field gives no good file: The portrait "portrait phone\.heic" is not .* HEIC/,
			/On an iPhone: Settings/,
		],
		[
			'a cut-off picture by its path',
			'cut.jpg',
			ways.portrait.path,
			/^Portrait \(image_minio_path\) names "cut\.jpg", which is a JPEG image that is cut off/,
			/get it anew/,
		],
	])(
		'%s: the run says what to do, and nothing is sent',
		async (_what, name, form, message, remedy) => {
			const sample = samples.find((one) => one.name === name);
			const { error } = await stored.run(
				{ ...generateForm, ...form },
				{
					items: [{ given: form === ways.portrait.path ? name : 'photo' }],
					files: { photo: sample?.path ?? '' },
				},
			);

			expect(error?.message).toMatch(message);
			expect(error?.description).toMatch(remedy);
			expect(error?.description).toMatch(/Nothing was sent to RunPod/);
			expect(stored.queue.calls()).toEqual([]);
		},
	);

	it('is not made a template', async () => {
		const data = samples.find(({ name }) => name === 'sound.m4a')?.path ?? '';
		const form = { resource: 'template', operation: 'upload', templateBinaryField: 'data' };
		const { error } = await stored.run(
			{ ...form, templatePath: 'templates/sound.mp4' },
			{ files: { data } },
		);

		expect(error?.message).toMatch(/it is an M4A audio file/);
		expect(stored.store.keys(BUCKET, 'templates/')).toEqual([]);
	});

	it('an address of a page is refused before anything is sent', async () => {
		const url = 'https://drive.google.com/file/d/1A2b/view?usp=sharing';
		const { error } = await bare.run({ ...generateForm, portraitSource: 'url', portraitUrl: url });

		expect(error?.message).toMatch(
			/^Portrait URL \(image_url\) is the address of a page of Google Drive.*download\?id=1A2b/,
		);
		expect(bare.queue.calls()).toEqual([]);
	});
});

describe('a portrait that is turned by EXIF', () => {
	const words =
		/turned\.jpg"? is stored on its side \(320 x 240 pixels\).*The worker gets it as it is stored/;

	it.each([
		['as binary file', ways.portrait.binary, 'photo'],
		['by its path', ways.portrait.path, 'turned.jpg'],
	])('%s passes with a hint of the run and a warning of the item', async (_way, form, given) => {
		const photo = samples.find(({ name }) => name === 'turned.jpg')?.path ?? '';
		const { error, success, hints } = await stored.run(
			{ ...generateForm, ...form },
			{ items: [{ avatar: given, given }], files: { photo } },
		);

		expect(error).toBeUndefined();
		expect(hints).toEqual([expect.stringMatching(words)]);
		expect(success[0]?.json.warnings).toEqual([expect.stringMatching(words)]);
	});

	it('is told without the tags that its name may hold', async () => {
		const photo = join(folder, '<b onclick=alert(1)>turned.jpg');
		copyFileSync(samples.find(({ name }) => name === 'turned.jpg')?.path ?? '', photo);
		const { hints } = await stored.run(
			{ ...generateForm, ...ways.portrait.binary },
			{ items: [{ avatar: 'tags', given: 'photo' }], files: { photo } },
		);

		expect(hints).toEqual([expect.stringMatching(/"b onclick=alert\(1\)turned\.jpg" is stored/)]);
	});

	it('is told by Check Only, before anything is paid', async () => {
		const { success, hints } = await stored.run(
			{ ...generateForm, ...ways.portrait.path, outputOptions: { checkOnly: true } },
			{ items: [{ given: 'turned.jpg' }] },
		);

		expect(success).toHaveLength(1);
		expect(hints).toEqual([expect.stringMatching(words)]);
		expect(stored.queue.calls()).toEqual([]);
	});
});

describe('a file in the bucket at which nobody can look', () => {
	const form = { ...generateForm, ...ways.portrait.path };

	it('passes where the key may not read it, though it may ask for it', async () => {
		stored.store.fault({ method: 'GET', key: 'cut.jpg', status: 403, code: 'AccessDenied' });
		const { error, hints } = await stored.run(form, {
			items: [{ avatar: 'unread', given: 'cut.jpg' }],
		});

		expect(error).toBeUndefined();
		expect(hints).toEqual([expect.stringMatching(/may not look at inputs in bucket avatars/)]);
		expect(stored.queue.calls('run')).toHaveLength(1);
	});

	it('passes where the store fails, which is said', async () => {
		stored.store.fault({
			method: 'GET',
			key: 'cut.jpg',
			status: 500,
			code: 'InternalError',
			times: 9,
		});
		const { error, success, hints } = await stored.run(form, {
			items: [{ avatar: 'broken', given: 'cut.jpg' }],
		});

		expect(error).toBeUndefined();
		const words = /could not be looked at, such as cut\.jpg/;
		expect(hints).toEqual([expect.stringMatching(words)]);
		expect(success[0]?.json.warnings).toEqual([expect.stringMatching(words)]);
		expect(stored.queue.calls('run')).toHaveLength(1);
	});
});
