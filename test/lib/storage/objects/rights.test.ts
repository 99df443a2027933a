import { expect, it } from '@jest/globals';
import { AccessDenied } from '../../../../lib/base/errors/accessDenied';
import type { ListedObject, Stat } from '../../../../lib/storage/objects/bucket';
import { findRights, lacksRights, rightsText } from '../../../../lib/storage/objects/rights';

const facts = { sizeBytes: 1, etag: '', lastModifiedMs: 0 };
const object = (key: string): ListedObject => ({ key, ...facts });

interface Store {
	mayList?: boolean;
	objects?: string[];
	stat: (key: string) => Stat['tag'];
	/** Whether a read is refused where a HEAD is not. */
	isUnreadable?: boolean;
}

/** What is looked at, and what the test says of it. */
async function probe({ mayList = true, objects = [], stat, isUnreadable = false }: Store) {
	const looked: string[] = [];
	const rights = await findRights({
		check: async () => await Promise.resolve({ mayList }),
		listPage: async ({ prefix = '' } = {}) => {
			const listed = objects.filter((key) => key.startsWith(prefix)).map(object);
			return await Promise.resolve({ objects: listed, folders: [] });
		},
		measure: async () =>
			isUnreadable
				? await Promise.reject(new AccessDenied('no', { remedy: 'none' }))
				: await Promise.resolve(1),
		stat: async (key) => {
			looked.push(key);
			const tag = stat(key);
			return await Promise.resolve(tag === 'there' ? { tag, facts } : { tag });
		},
	});
	return { looked, rights, text: rightsText(rights), isLacking: lacksRights(rights) };
}

const isRecord = (key: string) => key.endsWith('.job.json');

it.each<[string, Store, RegExp, boolean]>([
	[
		'may list and read',
		{ objects: ['a.mp4.job.json', 'a.mp4'], stat: () => 'there' },
		/^Listing: allowed\. Reading: allowed\. Writing: not tested/,
		false,
	],
	[
		'may list, and finds nothing',
		{ stat: () => 'missing' },
		/^Listing: allowed\. Reading: not tested, since nothing is there\./,
		false,
	],
	[
		'may list, and not read what is there',
		{ objects: ['a/b.png'], stat: () => 'denied' },
		/may not read \(s3:GetObject\), such as a\/b\.png: .*links of results are the worker's own/,
		true,
	],
	[
		'may look at what is there by HEAD alone',
		{ objects: ['a/b.png'], stat: () => 'there', isUnreadable: true },
		/may not read \(s3:GetObject\), such as a\/b\.png/,
		true,
	],
	[
		'may read the videos, and not what comes before them',
		{
			objects: ['backup/a.png', 'user-avatars/u/a/idle.mp4'],
			stat: (key) => (key.startsWith('backup') ? 'denied' : 'there'),
		},
		/Reading: allowed\./,
		false,
	],
	[
		'may read the folder of the videos alone, in which nothing is yet',
		{ stat: (key) => (key.startsWith('user-avatars/') ? 'missing' : 'denied') },
		/Reading: not tested, since nothing is there\./,
		false,
	],
	[
		'may not read job records',
		{ objects: ['a.mp4', 'a.mp4.job.json'], stat: (key) => (isRecord(key) ? 'denied' : 'there') },
		/Reading: allowed\. They may not read job records \(\*\.job\.json\)/,
		true,
	],
	[
		'may not list, before a store that tells what is missing',
		{ mayList: false, stat: () => 'missing' },
		/^They may not list the bucket \(s3:ListBucket\): no lists .* Get Many\. Reading: allowed\./,
		false,
	],
	[
		'may not list, before a store that refuses what is missing',
		{ mayList: false, stat: () => 'denied' },
		/a missing input is not noticed before its job is paid for\. Reading: cannot be found out/,
		true,
	],
])('a key that %s', async (_what, store, text, isLacking) => {
	const seen = await probe(store);
	expect(seen.text).toMatch(text);
	expect(seen.isLacking).toBe(isLacking);
	expect(seen.looked.length).toBeLessThanOrEqual(2);
});
