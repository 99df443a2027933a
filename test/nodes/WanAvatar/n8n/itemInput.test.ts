import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Container } from '@n8n/di';
import type { IBinaryData, INodeParameters } from 'n8n-workflow';
import { generateForm, workflowOf } from '../engine/rig';
import { startStoredRig, videoOf, type StoredRig } from '../engine/storedRig';

const files = { photo: 'examples/media/portrait.png', video: 'examples/media/driving-video.mp4' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const keyOf = (avatar: string) => `user-avatars/user_1/${avatar}/idle.mp4`;

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
afterAll(async () => {
	await rig.close();
});

async function contentOf(file: IBinaryData | undefined): Promise<Buffer> {
	const { BinaryDataService } = await import('n8n-core');
	if (!file) throw new Error('There is no such file');
	return await Container.get(BinaryDataService).getAsBuffer(file);
}

/** The one item that comes of one item with files. */
async function itemOf(form: INodeParameters, json: object = {}) {
	const run = workflowOf(form, { items: [json], files });
	const { error, items } = await rig.engine.run(run);
	expect(error).toBeUndefined();
	const [given] = items('Start');
	const [made] = items('Wan Avatar');
	return { given: given?.binary ?? {}, json: made?.json ?? {}, binary: made?.binary };
}

const included = { outputOptions: { includeInputFields: true } };

it('Include Input Fields passes incoming files on, by reference', async () => {
	const { given, json, binary } = await itemOf(
		{ ...generateForm, ...included },
		{ avatar: 'kept', email: 'a@example.com' },
	);
	expect(json).toMatchObject({ status: 'COMPLETED', email: 'a@example.com' });
	expect(Object.keys(binary ?? {})).toEqual(['photo', 'video']);
	expect(binary).toEqual(given);
});

it("a result's own file wins over an incoming one of the same name", async () => {
	const { given, binary } = await itemOf(
		{ ...generateForm, outputOptions: { includeInputFields: true, downloadVideo: true } },
		{ avatar: 'both' },
	);
	expect(Object.keys(binary ?? {}).sort()).toEqual(['photo', 'video']);
	expect(binary?.photo).toEqual(given.photo);
	expect(sha256(await contentOf(binary?.video))).toBe(sha256(videoOf(keyOf('both'))));
});

it('incoming files are left out unless asked for', async () => {
	const plain = await itemOf(generateForm, { avatar: 'plain' });
	expect(plain.binary).toBeUndefined();
	const own = await itemOf(
		{ ...generateForm, outputOptions: { downloadThumbnail: true } },
		{ avatar: 'own' },
	);
	expect(Object.keys(own.binary ?? {})).toEqual(['thumbnail']);
});

it('Check Only passes them on too', async () => {
	const { given, binary } = await itemOf({
		...generateForm,
		outputOptions: { includeInputFields: true, checkOnly: true },
	});
	expect(binary).toEqual(given);
});

it('so do the operations of jobs and videos', async () => {
	const { json: job } = await itemOf(generateForm, { avatar: 'again' });
	const ofJob = { resource: 'job', ...included };
	const ofVideo = { resource: 'video', ...included };
	const forms = [
		{ ...ofJob, operation: 'getStatus' },
		{ ...ofJob, operation: 'wait' },
		{ ...ofJob, operation: 'cancel' },
		{ ...ofVideo, operation: 'getLinks' },
	];
	for (const form of forms) {
		const { given, binary } = await itemOf(form, job);
		expect(binary).toEqual(given);
	}
	const { given, binary } = await itemOf({ ...ofVideo, operation: 'download' }, job);
	expect(Object.keys(binary ?? {}).sort()).toEqual(['photo', 'thumbnail', 'video']);
	expect(binary?.photo).toEqual(given.photo);
	expect(sha256(await contentOf(binary?.video))).toBe(sha256(videoOf(keyOf('again'))));
});

it('in combined binary mode the files stay in the field _files, with those of the result', async () => {
	const form = {
		...generateForm,
		outputOptions: { includeInputFields: true, downloadVideo: true },
	};
	const run = workflowOf(form, { items: [{ avatar: 'combined' }], files });
	const { error, items } = await rig.engine.run({ ...run, settings: { binaryMode: 'combined' } });
	expect(error).toBeUndefined();
	const [given] = items('Start');
	const [made] = items('Wan Avatar');
	expect(given?.binary).toBeUndefined();
	expect(made?.binary).toBeUndefined();
	expect(made?.json).toMatchObject({
		status: 'COMPLETED',
		_files: { photo: { fileName: 'portrait.png' }, video: { fileName: 'idle.mp4' } },
	});
});
