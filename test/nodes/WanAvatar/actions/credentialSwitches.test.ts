import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { generateForm, located } from '../engine/rig';
import { startStoredRig, type StoredRig } from '../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
	rig.store.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const named = (type: string) => ({ [type]: { id: type, name: type } });

it('a MinIO credential that the form no longer asks for is not used', async () => {
	const { error, hints } = await rig.run({
		...generateForm,
		useMinioCredential: false,
		portraitPath: located('path', 'input-avatars/not-there.png'),
	});

	expect(error).toBeUndefined();
	expect(hints).toEqual([
		'The MinIO API credential of this node was not used: Use MinIO API Credential is off.',
	]);
	expect(rig.queue.calls('run')).toHaveLength(1);
	// The worker stores its files by itself.
	expect(rig.store.calls().filter(({ method }) => method !== 'PUT')).toEqual([]);
});

it.each([
	['Generate', generateForm],
	['Get Status', { resource: 'job', operation: 'getStatus', jobId: 'abc' }],
	['Get Many', { resource: 'video', operation: 'getMany' }],
])('%s names a MinIO credential that is asked for and not chosen', async (_name, form) => {
	const { error } = await rig.run(
		{ useMinioCredential: true, ...form },
		{ node: { credentials: named('runPodApi') } },
	);

	expect(error?.message).toBe('This node has no MinIO API credential');
	expect(error?.description).toMatch(/^Choose one in the node/);
	expect(rig.queue.calls()).toEqual([]);
});

it('Cancel needs no MinIO credential, and looks at none', async () => {
	const { error, success } = await rig.run({
		resource: 'job',
		operation: 'cancel',
		jobId: 'abc',
	});

	expect(error).toBeUndefined();
	expect(success.map(({ json }) => json.job_id)).toEqual(['abc']);
	expect(rig.store.calls()).toEqual([]);
});

it('a private image needs the credential that the form then shows', async () => {
	const { error } = await rig.run(
		{
			resource: 'endpoint',
			operation: 'plan',
			image: 'example/worker:1',
			privateImage: true,
		},
		{ node: { credentials: { ...named('runPodApi'), ...named('minioApi') } } },
	);

	expect(error?.message).toBe('The node has no Container Registry API credential');
	expect(error?.description).toMatch(/turn off Private Image/);
});
