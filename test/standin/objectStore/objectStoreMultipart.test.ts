import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { Client } from 'minio';
import type { ObjectStore } from '../../../standin/objectStore/objectStore';
import {
	BUCKET,
	collect,
	connect,
	errorCode,
	makeBytes,
	makeFolder,
	md5Of,
	signedFetch,
	startWithClient,
} from './objectStoreSetup';

const MIB = 1024 ** 2;

it.each([
	['known', 12 * MIB],
	['unknown', undefined],
])(
	'joins the parts of a 12 MiB stream of %s size',
	async (_what, sizeBytes) => {
		const folder = makeFolder();
		const { store } = await startWithClient({ folder });
		const client = connect(store, { partSize: 5 * MIB });
		const bytes = makeBytes(12 * MIB);

		const source = Readable.from(slices(bytes, 300_000));
		const { etag } = await client.putObject(BUCKET, 'video.mp4', source, sizeBytes, {
			'Content-Type': 'video/mp4',
		});
		const stat = await client.statObject(BUCKET, 'video.mp4');
		const middle = await client.getPartialObject(BUCKET, 'video.mp4', 5 * MIB - 10, 20);

		expect(await readMd5(store, 'video.mp4')).toBe(md5Of(bytes));
		expect(await buffer(middle)).toEqual(bytes.subarray(5 * MIB - 10, 5 * MIB + 10));
		expect(etag).toMatch(/^[0-9a-f]{32}-\d$/);
		expect(stat).toMatchObject({ size: 12 * MIB, etag });
		expect(stat.metaData).toMatchObject({ 'content-type': 'video/mp4' });
		expect(readdirSync(join(folder, '.temporary'))).toEqual([]);
	},
	60_000,
);

it('lists parts and uploads until they are aborted', async () => {
	const folder = makeFolder();
	const { store, client } = await startWithClient({ folder });
	const id = await client.initiateNewMultipartUpload(BUCKET, 'a/b c', {});
	await sendPart(store, id, 2, 'two');
	await sendPart(store, id, 1, 'one');
	await sendPart(store, id, 2, 'two again');

	expect(readdirSync(join(folder, '.temporary'))).toHaveLength(2);
	const open = await collect(client.listIncompleteUploads(BUCKET, 'a/', true));
	const page = await signedFetch(store, {
		method: 'GET',
		path: `/${BUCKET}/a/b%20c?max-parts=1&uploadId=${id}`,
	});

	expect(open).toMatchObject([{ key: 'a/b c', uploadId: id, size: 12 }]);
	expect(await page.text()).toMatch(
		/<NextPartNumberMarker>1<.*<IsTruncated>true<.*<PartNumber>1</s,
	);
	expect(await collect(client.listIncompleteUploads(BUCKET, '', false))).toMatchObject([
		{ prefix: 'a/' },
	]);
	await client.removeIncompleteUpload(BUCKET, 'a/b c');
	expect(await collect(client.listIncompleteUploads(BUCKET, '', true))).toEqual([]);
	expect((await sendPart(store, id, 1, 'late')).status).toBe(404);
	expect(store.keys(BUCKET)).toEqual([]);
	expect(readdirSync(join(folder, '.temporary'))).toEqual([]);
});

it('pages through uploads, of one key and of many', async () => {
	const { store, client } = await startWithClient();
	const keys = ['a', 'b', 'b', 'c'];
	for (const key of keys) await client.initiateNewMultipartUpload(BUCKET, key, {});
	const seen: string[] = [];
	let markers = '';
	for (let page = 0; page < keys.length; page += 1) {
		const path = `/${BUCKET}?max-uploads=1${markers}&uploads`;
		const text = await (await signedFetch(store, { method: 'GET', path })).text();
		seen.push(/<Key>(.*?)</.exec(text)?.[1] ?? '');
		const [, key, id] = /<NextKeyMarker>(.*?)<.*<NextUploadIdMarker>(.*?)</.exec(text) ?? [];
		expect(text).toContain(`<IsTruncated>${String(page < 3)}<`);
		markers = `&key-marker=${key ?? ''}&upload-id-marker=${id ?? ''}`;
	}

	expect(seen).toEqual(keys);
});

it('resumes an upload by what the listing says is there', async () => {
	const { store } = await startWithClient();
	const client = connect(store, { partSize: 5 * MIB });
	const bytes = makeBytes(6 * MIB);
	const id = await client.initiateNewMultipartUpload(BUCKET, 'video.mp4', {});
	await client.putObject(BUCKET, 'video.mp4', Readable.from(slices(bytes, MIB)));

	const initiated = store.calls().filter(({ query }) => 'uploads' in query);
	expect(initiated.map(({ method }) => method)).toEqual(['POST', 'GET']);
	expect(store.calls().at(-1)?.query).toEqual({ uploadId: id });
	expect(await readMd5(store, 'video.mp4')).toBe(md5Of(bytes));
}, 60_000);

it('completes only with the parts it has, in order, and long enough', async () => {
	const { store, client } = await startWithClient();
	const id = await startUpload(store, client);
	const [one, two, three] = [md5Of('one'), md5Of(makeBytes(5 * MIB)), md5Of('three')];

	const refusals: [code: string, parts: [number, string][]][] = [
		['InvalidPart', [[2, one]]],
		['InvalidPart', [[4, one]]],
		[
			'InvalidPartOrder',
			[
				[3, three],
				[2, two],
			],
		],
		[
			'EntityTooSmall',
			[
				[1, one],
				[2, two],
			],
		],
		['MalformedXML', []],
	];
	for (const [code, parts] of refusals) {
		expect(await errorCode(await complete(store, id, parts))).toBe(code);
	}
	const completed = await complete(store, id, [
		[2, two],
		[3, three],
	]);

	expect(completed.status).toBe(200);
	const joined = Buffer.concat([makeBytes(5 * MIB), Buffer.from('three')]);
	expect(await readMd5(store, 'key')).toBe(md5Of(joined));
	const digests = Buffer.from(two + three, 'hex');
	expect((await client.statObject(BUCKET, 'key')).etag).toBe(`${md5Of(digests)}-2`);
	expect(await errorCode(await complete(store, id, [[2, two]]))).toBe('NoSuchUpload');
});

it('knows an upload only under its own key', async () => {
	const { store, client } = await startWithClient();
	const id = await client.initiateNewMultipartUpload(BUCKET, 'key', {});

	const other = `/${BUCKET}/other?partNumber=1&uploadId=${id}`;
	const zero = `/${BUCKET}/key?partNumber=0&uploadId=${id}`;
	const put = async (path: string) => signedFetch(store, { method: 'PUT', path, body: 'x' });

	expect(await errorCode(await put(other))).toBe('NoSuchUpload');
	expect(await errorCode(await put(zero))).toBe('InvalidArgument');
});

async function startUpload(store: ObjectStore, client: Client): Promise<string> {
	const id = await client.initiateNewMultipartUpload(BUCKET, 'key', {});
	await sendPart(store, id, 1, 'one', 'key');
	await sendPart(store, id, 2, makeBytes(5 * MIB), 'key');
	await sendPart(store, id, 3, 'three', 'key');
	return id;
}

async function sendPart(
	store: ObjectStore,
	id: string,
	number: number,
	content: string | Buffer,
	key = 'a/b c',
): Promise<Response> {
	const parameters = { partNumber: String(number), uploadId: id };
	const url = await connect(store).presignedUrl('PUT', BUCKET, key, 60, parameters);
	return await fetch(url, { method: 'PUT', body: new Uint8Array(Buffer.from(content)) });
}

async function complete(
	store: ObjectStore,
	id: string,
	parts: [number: number, etag: string][],
): Promise<Response> {
	const listed = parts.map(([number, etag]) => {
		return `<Part><PartNumber>${String(number)}</PartNumber><ETag>"${etag}"</ETag></Part>`;
	});
	return await signedFetch(store, {
		method: 'POST',
		path: `/${BUCKET}/key?uploadId=${id}`,
		body: `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`,
	});
}

/** Compared by digest: a deep comparison of megabytes takes a minute. */
async function readMd5(store: ObjectStore, key: string): Promise<string> {
	return md5Of((await store.read(BUCKET, key)) ?? '');
}

function* slices(bytes: Buffer, sizeBytes: number): Generator<Buffer> {
	for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

it('copies a part from another object, and refuses a range that this does not have', async () => {
	const { store, client } = await startWithClient();
	await store.putBytes(BUCKET, 'source', 'content');
	const uploadId = await client.initiateNewMultipartUpload(BUCKET, 'copy', {});
	const copy = (range: string, source = 'source') =>
		signedFetch(store, {
			method: 'PUT',
			path: `/${BUCKET}/copy?partNumber=1&uploadId=${uploadId}`,
			headers: { 'x-amz-copy-source': `/${BUCKET}/${source}`, 'x-amz-copy-source-range': range },
		});

	expect(await (await copy('bytes=1-3')).text()).toContain(`&quot;${md5Of('ont')}&quot;`);
	for (const range of ['bytes=3-1', 'bytes=0-7', 'bytes=1-', 'bytes=-3', '1-3']) {
		expect(await errorCode(await copy(range))).toBe('InvalidArgument');
	}
	expect(await errorCode(await copy('bytes=1-3', 'none'))).toBe('NoSuchKey');
});
