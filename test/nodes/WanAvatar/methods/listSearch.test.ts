import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { WanAvatar } from '../../../../nodes/WanAvatar/WanAvatar.node';
import { startObjectStore, type ObjectStore } from '../../../../standin/objectStore/objectStore';

const { searchBinaryFields, searchTemplates, searchPortraits } = new WanAvatar().methods.listSearch;

let folder: string;
let store: ObjectStore;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-lists-'));
	const keys = { accessKey: 'access', secretKey: 'secret-key' };
	store = await startObjectStore({ folder, buckets: ['avatars'], ...keys });
	for (let index = 0; index < 5000; index++)
		await store.putBytes('avatars', `poses/${String(index).padStart(4, '0')}-pose.mp4`, 'x');
	await store.putBytes('avatars', 'input-avatars/jobs.png', Buffer.alloc(2_000_000));
});
afterAll(async () => {
	await store.close();
	rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
	store.clearCalls();
});

/** What n8n gives to the search of a list. */
function contextOf(
	templatePrefix = '',
	hasCredential = true,
	parameters: object = {},
): ILoadOptionsFunctions {
	const credentials = hasCredential ? { minioApi: { id: '1', name: 'MinIO' } } : {};
	const { url: endpoint, accessKey, secretKey } = store;
	return {
		getNode: () => ({
			name: 'Wan Avatar',
			type: 'wanAvatar',
			typeVersion: 1,
			credentials,
			parameters,
		}),
		getCurrentNodeParameter: () => templatePrefix,
		getCredentials: async () =>
			await Promise.resolve({ endpoint, accessKey, secretKey, bucket: 'avatars' }),
	} as never;
}

it('shows the first page of templates by one request', async () => {
	const { results, paginationToken } = await searchTemplates.call(contextOf());

	expect(store.calls()).toHaveLength(1);
	expect(results.length).toBeGreaterThan(190);
	expect(results[0]).toEqual({ name: 'poses/0000-pose.mp4 (1 kB)', value: 'poses/0000-pose.mp4' });
	store.clearCalls();
	const token = String(paginationToken);
	const next = await searchTemplates.call(contextOf(), '', token);
	expect(store.calls()).toHaveLength(1);
	expect(next.results[0]?.value).toBe(`poses/${String(results.length).padStart(4, '0')}-pose.mp4`);
});

it('finds by the beginning under the prefix by one request', async () => {
	const { results } = await searchTemplates.call(contextOf('poses/'), '0012');
	expect(results.map(({ value }) => value)).toEqual(['poses/0012-pose.mp4']);
	expect(store.calls()).toHaveLength(1);
});

it('finds by a part by at most twenty requests, and says that there may be more', async () => {
	const { results, paginationToken } = await searchTemplates.call(contextOf(), '077-POSE');
	expect(store.calls().length).toBeLessThanOrEqual(20);
	expect(results.slice(0, -1).map(({ value }) => value)).toEqual([
		'poses/0077-pose.mp4',
		'poses/1077-pose.mp4',
		'poses/2077-pose.mp4',
		'poses/3077-pose.mp4',
	]);
	// A boolean cannot be chosen in n8n's form.
	expect(results.at(-1)).toEqual({ name: expect.stringMatching(/may be more/), value: false });
	const token = String(paginationToken);
	const rest = await searchTemplates.call(contextOf(), '077-POSE', token);
	expect(rest.results.map(({ value }) => value)).toEqual(['poses/4077-pose.mp4']);
});

it('lists portraits', async () => {
	const { results } = await searchPortraits.call(contextOf());
	expect(results).toEqual([
		{ name: 'input-avatars/jobs.png (1.9 MB)', value: 'input-avatars/jobs.png' },
	]);
});

it('says so when the access key may not list the bucket', async () => {
	store.fault({ method: 'GET', status: 403, code: 'AccessDenied' });
	await expect(searchTemplates.call(contextOf())).rejects.toMatchObject({
		message: 'The access key may not list bucket avatars',
		description: expect.stringMatching(/give IDs and paths by hand/),
	});
});

it('says so when there is no MinIO credential', async () => {
	await expect(searchTemplates.call(contextOf('', false))).rejects.toMatchObject({
		message: 'This node has no MinIO API credential',
		description: expect.stringMatching(/^Choose one in the node/),
	});
});

it('says what to turn on where the form does not ask for the credential', async () => {
	const context = contextOf('', true, { useMinioCredential: false });
	await expect(searchPortraits.call(context)).rejects.toMatchObject({
		message: 'This node has no MinIO API credential',
		description: expect.stringMatching(/^Turn on Use MinIO API Credential and choose one/),
	});
	expect(store.calls()).toEqual([]);
});

describe('the files of the incoming item', () => {
	/** What the editor has found in the input. */
	const search = async (found: unknown, filter = '') => {
		const context: ILoadOptionsFunctions = {
			getNode: () => ({ name: 'Wan Avatar', type: 'wanAvatar', typeVersion: 1 }),
			getCurrentNodeParameter: (name: string) => (name === 'incomingFiles' ? found : undefined),
		} as never;
		return await searchBinaryFields.call(context, filter);
	};
	const two = [
		{ name: 'Portrait (me.png)', value: 'Portrait' },
		{ name: 'Driving_Video (moves.mp4)', value: 'Driving_Video' },
	];

	it('are listed, all or by a part of their names', async () => {
		expect(await search(two)).toEqual({ results: two });
		expect(await search(two, ' MOVES')).toEqual({ results: two.slice(1) });
		expect(await search(two, 'other')).toEqual({ results: [] });
	});

	it.each([null, undefined, [], '={{ $binary }}', [{ name: 1, value: 'a' }, 'Portrait', null]])(
		'are asked for where the editor gives %j',
		async (found) => {
			await expect(search(found)).rejects.toMatchObject({
				message: expect.stringMatching(
					/^The input has no file yet: run the node before this one first/,
				),
			});
		},
	);
});
