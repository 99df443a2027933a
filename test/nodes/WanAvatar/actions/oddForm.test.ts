import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { generateForm, located } from '../engine/rig';
import { startStoredRig, type StoredRig } from '../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const NOTHING = '={{ $json.mistyped }}';

it.each([
	['outputOptions', 'checkOnly', 'Check Only must be on or off'],
	['outputOptions', 'ifVideoExists', 'If the Video Exists must be Fail'],
	['limits', 'maxJobs', 'Max Jobs per Execution must be a number'],
	['limits', 'maxParallelJobs', 'Max Parallel Jobs must be a number'],
	['limits', 'maxRunMinutes', 'Max Run Time (Minutes) must be a number of minutes'],
	['limits', 'maxRestarts', 'Max Restarts must be a number'],
	['waitingOptions', 'timeoutMinutes', 'Timeout (Minutes) must be a number of minutes'],
	['workerOptions', 'webhookUrl', 'Webhook URL must be an address'],
])('an option of %s, %s, whose expression gives nothing is refused', async (group, name, words) => {
	const { error } = await rig.run({ ...generateForm, [group]: { [name]: NOTHING } });
	expect(error?.message).toContain(words);
	expect(rig.queue.calls('run')).toEqual([]);
});

it.each([
	['"sitting-woman/video-conference-woman.mp4"', /must not have quotes around it/],
	['C:\\Users\\me\\video.mp4', /is a path of a computer/],
	['{{ $json.path }}', /as plain text: switch the field from Fixed to Expression/],
])('a driving video by the path %s is not paid for, also without MinIO', async (path, words) => {
	const drivingVideoPath = located('path', path);
	const form = { ...generateForm, useMinioCredential: false, drivingVideoPath };
	const { error } = await rig.run(form);
	expect(error?.message).toMatch(words);
	expect(rig.queue.calls('run')).toEqual([]);
});

it('$binary in place of a name is told', async () => {
	const portraitBinaryField = located('name', '={{ $binary.data }}');
	const { error } = await rig.run(
		{ ...generateForm, portraitSource: 'binary', portraitBinaryField },
		{ files: { data: 'examples/media/portrait.png' } },
	);
	expect(error?.message).toBe(
		'Portrait Binary Field is an object, and must be the name of a binary field: data',
	);
	expect(rig.queue.calls('run')).toEqual([]);
});

it('a prefix that no key can have is no empty list', async () => {
	const { error } = await rig.run({
		resource: 'template',
		operation: 'getMany',
		templatePrefix: '/sitting-woman',
	});
	expect(error?.message).toMatch(/^Template Prefix must not start with a slash/);
});
