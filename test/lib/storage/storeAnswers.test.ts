import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import { allPages } from '../../../lib/storage/objects/listing';
import {
	dripping,
	facts,
	objectOf,
	PATIENT,
	SILENCE_MS,
	startOddStore,
	untilClosed,
	type Handler,
	type OddStore,
} from './oddStore';

const MEGABYTE = 1024 * 1024;

let store: OddStore;
let bucket: Bucket;

beforeAll(async () => {
	store = await startOddStore();
	bucket = store.bucketWith(PATIENT);
});
afterAll(() => {
	store.close();
});

describe('a file that does not come whole is an error', () => {
	const read = async (from = bucket) => {
		const { content } = await from.getStream('a');
		return await buffer(content);
	};
	const gave = (bytes: string) => ({
		code: 'STORAGE',
		message: expect.stringMatching(new RegExp(`gave ${bytes} bytes of "a" and then ended$`)),
	});

	it.each<[string, Handler, unknown]>([
		[
			'that ends early, but cleanly',
			(_request, response) =>
				response.writeHead(200, { ...facts, 'content-length': 9000 }).end(Buffer.alloc(9000)),
			gave('9000 of 32848'),
		],
		[
			'that ends early without a length',
			(_request, response) => response.writeHead(200, facts).end(Buffer.alloc(9000)),
			gave('9000 of 32848'),
		],
		[
			'that is longer than it is',
			(_request, response) => response.writeHead(200, facts).end(Buffer.alloc(40_000)),
			gave('\\d+ of 32848'),
		],
		[
			'that is cut',
			(_request, response) => {
				response.writeHead(200, { ...facts, 'content-length': 32_848 });
				response.write(Buffer.alloc(9000), () => setTimeout(() => response.destroy(), 50));
			},
			gave('9000 of 32848'),
		],
	])('one %s', async (_what, get, expected) => {
		store.handler = objectOf(32_848, get);
		await expect(read()).rejects.toMatchObject(expected ?? {});
		await untilClosed(store);
	});

	it('one that stalls', async () => {
		store.handler = objectOf(32_848, (_request, response) =>
			response.writeHead(200, { ...facts, 'content-length': 32_848 }).write(Buffer.alloc(9000)),
		);
		await expect(read(store.bucketWith({ wholeMs: PATIENT.wholeMs }))).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/was silent for 0\.3 s/),
		});
		await untilClosed(store);
	});

	it('one that drips', async () => {
		store.handler = objectOf(32_848, dripping);
		await expect(read(store.bucketWith({ silenceMs: PATIENT.silenceMs }))).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/took more than/),
		});
		await untilClosed(store);
	});

	it('but one that was put in its place since the look is not: it is opened once more', async () => {
		let reads = 0;
		store.handler = ({ method }, response) => {
			const isNew = method === 'GET' || reads > 0;
			if (method === 'GET') reads++;
			const etag = isNew ? '"new"' : '"abc"';
			const length = method === 'HEAD' ? { 'content-length': isNew ? 11 : 32_848 } : {};
			response.writeHead(200, { ...facts, etag, ...length });
			response.end(method === 'HEAD' ? undefined : 'another one');
		};
		expect((await read()).toString()).toBe('another one');
		expect(reads).toBe(2);
		await untilClosed(store);
	});

	it.each([
		['another ETag, and no length', {}],
		['another ETag, and another length', { 'content-length': 3 }],
	])('one of %s than the store tells of it, again and again', async (_what, length) => {
		store.handler = objectOf(32_848, (_request, response) =>
			response.writeHead(200, { ...facts, etag: '"new"', ...length }).end('abc'),
		);
		await expect(read()).rejects.toMatchObject(gave('3 of 32848'));
		await untilClosed(store);
	});

	it('one of another size than it had when it was looked at before', async () => {
		store.handler = objectOf(3, (_request, response) => response.writeHead(200, facts).end('abc'));
		const { content } = await bucket.getStream('a', 32_848);
		await expect(buffer(content)).rejects.toMatchObject(gave('3 of 32848'));
		await untilClosed(store);
	});

	it('but one whose look marks its ETag as weak is the same', async () => {
		let reads = 0;
		store.handler = ({ method }, response) => {
			if (method === 'GET') reads++;
			const weak = { ...facts, etag: 'W/"abc"', 'content-length': 3 };
			response.writeHead(200, method === 'HEAD' ? weak : facts).end(method === 'HEAD' ? '' : 'abc');
		};
		expect((await read()).toString()).toBe('abc');
		expect(reads).toBe(1);
	});

	it('and a reader that is slower than the server has time', async () => {
		const bytes = Buffer.alloc(4 * MEGABYTE, 'wan avatar');
		store.handler = objectOf(bytes.length, (_request, response) =>
			response.writeHead(200, { ...facts, 'content-length': bytes.length }).end(bytes),
		);
		const { content } = await store.bucketWith({ wholeMs: PATIENT.wholeMs }).getStream('a');
		let readBytes = 0;
		for await (const chunk of content) {
			if (readBytes === 0) await delay(SILENCE_MS * 3);
			readBytes += Buffer.from(chunk).length;
		}
		expect(readBytes).toBe(bytes.length);
	});
});

describe('a listing', () => {
	const listed = (isTruncated: boolean, ...keys: string[]) =>
		`<ListBucketResult><IsTruncated>${String(isTruncated)}</IsTruncated>${keys
			.map((key) => `<Contents><Key>${key}</Key><ETag>"e"</ETag><Size>1</Size></Contents>`)
			.join('')}</ListBucketResult>`;
	const all = async (from: Bucket) => {
		const wanted = { prefix: '', hiddenFolders: ['hidden/'], isWanted: () => true };
		const keys: string[] = [];
		for await (const { objects } of allPages(from, wanted))
			keys.push(...objects.map(({ key }) => key));
		return keys;
	};
	const pages = (pageAfter: (after: string) => string): Handler => {
		return ({ url = '' }, response) => {
			const after = new URL(url, 'http://127.0.0.1').searchParams.get('start-after') ?? '';
			response.writeHead(200, { 'content-type': 'application/xml' }).end(pageAfter(after));
		};
	};

	it.each([
		['gives the same page again', () => listed(true, 'a', 'b')],
		['goes back', (after: string) => (after === '' ? listed(true, 'b') : listed(true, 'a'))],
		['gives an empty page, and more', () => listed(true)],
		['goes back into a hidden folder', () => listed(true, 'hidden/a')],
	])('that %s ends with words that say so', async (_what, pageAfter) => {
		store.handler = pages(pageAfter);
		await expect(all(bucket)).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/lists the same part of the bucket again/),
		});
	});

	it('that goes on and on ends at Stop', async () => {
		store.handler = pages((after) => listed(true, `${after}a`));
		const stop = new AbortController();
		setTimeout(() => {
			stop.abort();
		}, 100);
		await expect(all(bucket.within(stop.signal))).rejects.toMatchObject({ code: 'STOPPED' });
	});

	it('in the order of UTF-8 bytes goes on to its end', async () => {
		const keys = ['a', 'ä', '\uFFFD', '\u{1F600}'];
		store.handler = pages((after) => {
			const next = keys[keys.indexOf(after) + 1] ?? '';
			return listed(next !== keys.at(-1), encodeURIComponent(next));
		});
		expect(await all(bucket)).toEqual(keys);
	});
});

describe('XML that would hold up all of n8n is not parsed', () => {
	const flood = (piece: string, sizeBytes: number) => piece.repeat(sizeBytes / piece.length);
	const answered = (body: string, status = 200): Handler => {
		return (_request, response) => {
			response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': '1' });
			response.end(body);
		};
	};
	const page = (content: string) => `<ListBucketResult>${content}</ListBucketResult>`;
	const lists = async () => await bucket.listPage();

	it.each<[string, string, () => Promise<unknown>, RegExp]>([
		['a page of 3.9 MB', page(flood(' ', 3.9 * MEGABYTE)), lists, /more than 781 kB/],
		['a flood of tags', page(flood('<a/>', 64_000)), lists, /more than 8400 XML tags/],
		['a flood of entities', page(flood('&amp;', 64_000)), lists, /more than 5200 XML entities/],
		[
			'a flood of declarations',
			flood('<!ENTITY a "b">', 300_000),
			lists,
			/more than 8400 XML tags/,
		],
		[
			'a page of more keys than are asked for',
			page(flood('<Contents><Key>a</Key></Contents>', 201 * 33)),
			lists,
			/lists 201 keys at once, and was asked for 200/,
		],
		[
			'a page of more folders than are asked for',
			page(flood('<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>', 11 * 53)),
			async () => await bucket.listPage({ limit: 10, delimiter: '/' }),
			/lists 11 keys at once, and was asked for 10/,
		],
		[
			'the answer to a check',
			page(flood(' ', 70_000)),
			async () => await bucket.check(),
			/more than 64 kB/,
		],
	])('%s', async (_what, body, deed, message) => {
		store.handler = answered(body);
		await expect(deed()).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(message),
		});
		await untilClosed(store);
	});

	it('an error', async () => {
		store.handler = answered(`<Error>${flood('<a/>', 60_000)}</Error>`, 400);
		await expect(bucket.getText('a')).rejects.toMatchObject({
			message: expect.stringMatching(/more than 2000 XML tags/),
		});
	});

	it('but a text of many tags is read, and a page of the longest keys', async () => {
		store.handler = (_request, response) =>
			response.writeHead(200, facts).end(flood('<a/>', 64_000));
		expect(await bucket.getText('a')).toMatchObject({ tag: 'there', text: flood('<a/>', 64_000) });

		const key = (at: number) => `${'%E4%BD%A0'.repeat(340)}${String(at).padStart(4, '0')}`;
		const contents = Array.from(
			{ length: 200 },
			(_, at) =>
				`<Contents><Key>${key(at)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;${'0'.repeat(32)}&quot;</ETag><Size>1000000000</Size><Owner><ID>${'0'.repeat(64)}</ID><DisplayName>minio</DisplayName></Owner><ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><StorageClass>STANDARD</StorageClass></Contents>`,
		);
		store.handler = answered(page(contents.join('')));
		expect((await bucket.listPage()).objects).toHaveLength(200);
	});
});

describe('a conditional write', () => {
	const error = (code: string) => `<Error><Code>${code}</Code><Message>m</Message></Error>`;
	const answered = (status: number, body = ''): Handler => {
		return (request, response) => {
			request.resume();
			response.writeHead(status, { 'x-amz-request-id': '1' }).end(body);
		};
	};

	it.each<[string, Handler, string]>([
		['that is met', answered(200), 'written'],
		['that is not (412)', answered(412, error('PreconditionFailed')), 'changed'],
		['that is not, without a word', answered(412), 'changed'],
		['while another writes (409)', answered(409, error('ConditionalRequestConflict')), 'changed'],
		['over what is gone (404)', answered(404, error('NoSuchKey')), 'changed'],
		['that is not allowed', answered(403, error('AccessDenied')), 'denied'],
	])('%s', async (_what, answer, expected) => {
		store.handler = answer;
		const write = bucket.putText('a', '{}', 'application/json', { etag: 'abc' });
		expect(await write).toBe(expected);
	});

	it('names the ETag in quotes, or none at all', async () => {
		const headers: unknown[] = [];
		store.handler = (request, response) => {
			headers.push([request.headers['if-match'], request.headers['if-none-match']]);
			response.writeHead(200, facts).end();
		};
		const write = async (condition?: { etag: string | null }) =>
			await bucket.putText('a', '{}', 'application/json', condition);
		await write({ etag: 'abc' });
		await write({ etag: null });
		await write({ etag: '' });
		await write();
		expect(headers).toEqual([
			['"abc"', undefined],
			[undefined, '*'],
			[undefined, undefined],
			[undefined, undefined],
		]);
	});

	it('is made without the condition where the store says that it knows none (501)', async () => {
		const seen: unknown[] = [];
		store.handler = (request, response) => {
			const { 'if-match': match } = request.headers;
			seen.push(match);
			response.writeHead(match === undefined ? 200 : 501, { 'x-amz-request-id': '1' }).end();
		};
		const write = bucket.putText('a', '{}', 'application/json', { etag: 'abc' });
		expect(await write).toBe('written');
		expect(seen).toEqual(['"abc"', undefined]);
	});

	it('goes by the ETag that a read gave', async () => {
		for (const etag of ['"abc"', 'W/"abc"', 'abc']) {
			store.handler = (_request, response) => response.writeHead(200, { ...facts, etag }).end('{}');
			expect(await bucket.getText('a')).toMatchObject({ tag: 'there', text: '{}', etag: 'abc' });
		}
	});
});
