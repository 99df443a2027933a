import { StoreRefusal } from '../../base/errors/accessDenied';
import { isRecordKey, recordKey, VIDEO_FOLDER } from '../../contract/layout';
import type { Bucket, ListedObject } from './bucket';

/** What the access key may do in the bucket, as far as looking tells; nothing is written. */
export interface FoundRights {
	mayList: boolean;
	/** `key`: which object may not be looked at. */
	reading: { tag: 'allowed' } | { tag: 'denied'; key: string } | { tag: 'unknown' };
	/** Job records have a rule of their own in some policies. */
	recordsAreDenied: boolean;
}

/** Nothing is there; a policy may hold for the folder of the videos alone. */
const NOWHERE = `${VIDEO_FOLDER}credential-test/no-such-video.mp4`;

type Looking = Pick<Bucket, 'check' | 'listPage' | 'stat' | 'measure'>;

/** @throws WanAvatarError STORAGE where the keys are wrong, or there is no such bucket */
export async function findRights(bucket: Looking): Promise<FoundRights> {
	const { mayList } = await bucket.check();
	const objects = mayList ? await someObjects(bucket) : [];
	const file = firstOf(objects, (key) => !isRecordKey(key));
	const reading = await look(bucket, file ?? NOWHERE, { isThere: file !== undefined, mayList });
	const record = firstOf(objects, isRecordKey) ?? recordKey(NOWHERE);
	// Without the right to list, a refusal may only mean that it is not there.
	const recordsAreDenied = mayList && (await bucket.stat(record)).tag === 'denied';
	return { mayList, reading, recordsAreDenied };
}

/** Those of the videos first: a policy may hold for other folders in another way. */
async function someObjects(bucket: Looking): Promise<ListedObject[]> {
	const videos = (await bucket.listPage({ prefix: VIDEO_FOLDER })).objects;
	if (videos.some(({ key }) => !isRecordKey(key))) return videos;
	return [...videos, ...(await bucket.listPage()).objects];
}

function firstOf(
	objects: readonly ListedObject[],
	isWanted: (key: string) => boolean,
): string | undefined {
	return objects.find(({ key }) => isWanted(key))?.key;
}

async function look(
	bucket: Looking,
	key: string,
	{ isThere, mayList }: { isThere: boolean; mayList: boolean },
): Promise<FoundRights['reading']> {
	const { tag } = await bucket.stat(key);
	const isDenied = tag === 'denied' || (tag === 'there' && (await mayNotBeRead(bucket, key)));
	if (isDenied) return mayList ? { tag: 'denied', key } : { tag: 'unknown' };
	// Some stores tell whoever may list what is missing, also where he may not read.
	const isFound = isThere ? tag !== 'missing' : !mayList;
	return { tag: isFound ? 'allowed' : 'unknown' };
}

/** A HEAD may be allowed where a read is not. */
async function mayNotBeRead(bucket: Looking, key: string): Promise<boolean> {
	try {
		await bucket.measure(key);
		return false;
	} catch (error) {
		if (error instanceof StoreRefusal) return true;
		throw error;
	}
}

/** Whether something was found missing that costs money or links, or no right was found at all. */
export function lacksRights({ mayList, reading, recordsAreDenied }: FoundRights): boolean {
	const sawNothing = reading.tag === 'unknown' && !mayList;
	return reading.tag === 'denied' || recordsAreDenied || sawNothing;
}

/** What the key may do, and what each missing right is needed for. */
export function rightsText(rights: FoundRights): string {
	return [
		listingText(rights),
		readingText(rights),
		...(rights.recordsAreDenied ? [RECORDS] : []),
		'Writing: not tested; without s3:PutObject there are no uploads, and no job records by which other executions see a job.',
	].join(' ');
}

const RECORDS =
	'They may not read job records (*.job.json): jobs of other executions are not found again, and may be paid for twice.';

function listingText({ mayList, reading }: FoundRights): string {
	if (mayList) return 'Listing: allowed.';
	const paid =
		reading.tag === 'allowed'
			? ''
			: ' What is not there is refused as well, so that a missing input is not noticed before its job is paid for.';
	return `They may not list the bucket (s3:ListBucket): no lists to choose from, and no Get Many.${paid}`;
}

function readingText({ mayList, reading }: FoundRights): string {
	switch (reading.tag) {
		case 'allowed':
			return 'Reading: allowed.';
		case 'denied':
			return `They may not read (s3:GetObject), such as ${reading.key}: inputs and results are not checked, links of results are the worker's own, and there is no Get Links and no Download.`;
		case 'unknown':
			return mayList
				? 'Reading: not tested, since nothing is there.'
				: 'Reading: cannot be found out without listing.';
	}
}
