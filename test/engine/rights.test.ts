import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateForm } from './rig';
import { startStoredRig, type StoredRig } from './storedRig';

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

describe.each(['fail', 'return'])('If the Video Exists: %s', (ifVideoExists) => {
	const form = { ...generateForm, options: { ifVideoExists } };

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
		try {
			const { error } = await rig.run(form, { items: [{ avatar: ifVideoExists }] });

			expect(error?.message).toMatch(/may not look whether there is a video at user-avatars/);
			expect(error?.description).toMatch(/Nothing was sent.*s3:GetObject and s3:ListBucket/);
			expect(rig.queue.calls('run')).toEqual([]);
		} finally {
			rig.store.deny();
		}
	});
});

function runPodAlone() {
	return { runPodApi: { id: 'runPodApi', name: 'runPodApi' } };
}
