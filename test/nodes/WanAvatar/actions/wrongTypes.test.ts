import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BUCKET, startStoredRig, videoOf, type StoredRig } from '../engine/storedRig';

const KEY = 'user-avatars/u1/a1/idle.mp4';
const video = { resource: 'video', videoKey: KEY, thumbnailKey: '' };
const template = { resource: 'template' };

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
	await rig.store.putBytes(BUCKET, KEY, videoOf(KEY));
});
beforeEach(() => {
	rig.store.clearCalls();
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

async function refused(form: Parameters<StoredRig['run']>[0], options = {}): Promise<string> {
	const { error } = await rig.run(form, options);
	expect([...rig.store.calls(), ...rig.queue.calls()]).toEqual([]);
	return error?.message ?? '';
}

describe('a switch that is neither on nor off', () => {
	const upload = { ...template, operation: 'upload', templatePath: 'moves/wave' };
	const list = { resource: 'video', operation: 'getMany' };

	it.each([
		['Download Video', { ...video, operation: 'download', downloadVideo: '={{ $json.v }}' }],
		[
			'Download Thumbnail',
			{ ...video, operation: 'download', downloadThumbnail: '={{ $json.v }}' },
		],
		[
			'Also Delete Uploaded Inputs',
			{ ...video, operation: 'delete', deleteInputs: '={{ $json.v }}' },
		],
		['Overwrite', { ...upload, options: { overwrite: '={{ $json.v }}' } }],
		['Return All', { ...list, returnAll: '={{ $json.v }}' }],
		[
			'Include Input Fields',
			{ ...video, operation: 'getLinks', outputOptions: { includeInputFields: '={{ $json.v }}' } },
		],
	])('%s', async (label, form) => {
		const files = { data: 'examples/media/driving-video.mp4' };
		expect(await refused(form, { files, items: [{ v: 'true' }] })).toMatch(
			`${label} must be on or off`,
		);
	});
});

describe('a text that is none', () => {
	const list = { resource: 'video', operation: 'getMany' };

	it.each([[{ id: 'u2' }], [['u2']], [true]])('User ID %j lists nobody', async (v) => {
		const items = [{ v }];
		expect(await refused({ ...list, userId: '={{ $json.v }}' }, { items })).toMatch(
			/^User ID must be a text/,
		);
		const avatar = { ...list, userId: 'u1', avatarId: '={{ $json.v }}' };
		expect(await refused(avatar, { items })).toMatch(/^Avatar ID must be a text/);
	});

	it.each([
		['half of a character', 'a\ud800', /^User ID holds half of a character/],
		['two segments', 'a/b', /^User ID must not have a slash/],
	])('User ID with %s', async (_what, v, message) => {
		expect(await refused({ ...list, userId: '={{ $json.v }}' }, { items: [{ v }] })).toMatch(
			message,
		);
	});

	it.each([
		['a\ud800/', /Template Prefix holds half of a character/],
		['a\u0007/', /Template Prefix holds a control character/],
		[{ a: 1 }, /Template Prefix must be a text/],
	])('Template Prefix %j', async (v, message) => {
		const form = { ...template, operation: 'getMany', templatePrefix: '={{ $json.v }}' };
		expect(await refused(form, { items: [{ v }] })).toMatch(message);
	});

	it.each([
		['a\ud800/', /Record Prefix holds half of a character/],
		['a\u0007/', /Record Prefix holds a control character/],
	])('Record Prefix %j', async (v, message) => {
		const form = {
			resource: 'job',
			operation: 'cancel',
			jobsToCancel: 'execution',
			executionId: '7',
			recordPrefix: '={{ $json.v }}',
		};
		expect(await refused(form, { items: [{ v }] })).toMatch(message);
	});
});

describe('Download File Name', () => {
	const links = {
		...video,
		operation: 'getLinks',
		linkOptions: { downloadFileName: '={{ $json.v }}' },
	};

	it.each([
		['a\ud800.mp4', /^Download File Name holds half of a character/],
		['a\n.mp4', /^Download File Name holds a control character/],
		[['a.mp4'], /^Download File Name must be a text/],
	])('%j is refused', async (v, message) => {
		expect(await refused(links, { items: [{ v }] })).toMatch(message);
	});

	it('a number is read as a text', async () => {
		const { success } = await rig.run(links, { items: [{ v: 42 }] });
		expect(success[0]?.json.video_url).toMatch(/response-content-disposition=[^&]*42/);
	});
});

describe('messages name the fields as the form does', () => {
	const wait = { resource: 'job', operation: 'wait', jobId: 'job-1' };

	it.each([
		['jobId', { ...wait, jobId: '={{ 42 }}' }, /^Job ID must be the ID of a job/],
		[
			'options of Wait',
			{
				...wait,
				waitingOptions: { timeoutMinutes: 0, onTimeout: 'stay' },
				limits: { maxRestarts: 'x' },
			},
			/^Timeout \(Minutes\) must be more .*; On Timeout must be Cancel the Job \("cancel"\) or Leave It Running \("leave"\); Max Restarts must be a number/,
		],
		[
			'the interval of Wait',
			{ ...wait, waitingOptions: { pollIntervalSeconds: 0 } },
			/^Poll Interval \(Seconds\) must be at least 1 second/,
		],
		[
			'links of Get Status',
			{
				resource: 'job',
				operation: 'getStatus',
				jobId: 'job-1',
				linkOptions: { linkType: 'public', linkExpiryDays: 0, publicBaseUrl: 'x' },
			},
			/^Link Expiry \(Days\) must be more than 0 days; Public Base URL must be an address/,
		],
		[
			'a type of links',
			{
				resource: 'job',
				operation: 'getStatus',
				jobId: 'job-1',
				linkOptions: { linkType: 'other' },
			},
			/^Link Type must be Presigned \("presigned"\) or Public Base URL \("public"\)/,
		],
	])('%s', async (_what, form, message) => {
		expect(await refused(form)).toMatch(message);
	});
});
