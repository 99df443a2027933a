import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import fc from 'fast-check';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { settle } from '../../../../lib/base/errors/settled';
import { parseStorageSettings } from '../../../../lib/storage/client/minioCredential';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { createBucket } from '../../../../lib/storage/objects/createBucket';
import { clock } from '../../../storage/server/clock';
import { fuzzTarget } from '../../target';
import { assertSilent, SECRET, words } from '../../values';

interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

interface OddStore {
	bucket: Bucket;
	answer: Answer;
	requests: number;
}

let starting: Promise<OddStore> | undefined;

/** A server that answers to everything as it is told. */
async function start(): Promise<OddStore> {
	const server = createServer((_request, response) => {
		store.requests++;
		const { status, headers, body } = store.answer;
		response.writeHead(status, headers).end(body);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	server.unref();
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	const settings = parseStorageSettings({
		endpoint: `http://127.0.0.1:${String(port)}`,
		accessKey: 'access',
		secretKey: SECRET,
		bucket: 'avatars',
	});
	// Waits for nothing: what is repeated is repeated at once.
	const hasty = {
		...clock,
		sleep: async () => {
			await Promise.resolve();
		},
	};
	const limits = { silenceMs: 2000, wholeMs: 4000, perMegabyteMs: 1000 };
	const bucket = createBucket(settings, hasty, { limits });
	const store: OddStore = { bucket, answer: { status: 200, headers: {}, body: '' }, requests: 0 };
	return store;
}

const texts = fc.oneof(
	words,
	fc.constantFrom(
		'true',
		'false',
		'1',
		'-5',
		'1e99',
		'2026-01-01T00:00:00.000Z',
		'&lt;',
		'&xxe;',
		'&#0;',
		'&#x110000;',
		'<![CDATA[]]>',
		'<!-- -->',
	),
);
const names = fc.constantFrom(
	'ListBucketResult',
	'Contents',
	'Key',
	'Size',
	'ETag',
	'LastModified',
	'IsTruncated',
	'CommonPrefixes',
	'Prefix',
	'NextContinuationToken',
	'Error',
	'Code',
	'Message',
	'LocationConstraint',
	'__proto__',
	'constructor',
	'a:b',
);
const xml: fc.Arbitrary<string> = fc.letrec<{ element: string }>((tie) => ({
	element: fc
		.tuple(
			names,
			fc.array(fc.oneof({ depthSize: 'medium' }, texts, tie('element')), { maxLength: 4 }),
		)
		.map(([name, content]) => `<${name}>${content.join('')}</${name}>`),
})).element;

const contents = fc
	.record({ Key: texts, Size: texts, ETag: texts, LastModified: texts }, { requiredKeys: [] })
	.map((fields) => `<Contents>${tagged(fields)}</Contents>`);
const lists = fc
	.tuple(fc.array(contents, { maxLength: 5 }), texts, fc.array(xml, { maxLength: 2 }))
	.map(
		([rows, isTruncated, more]) =>
			`<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${rows.join('')}${more.join('')}</ListBucketResult>`,
	);
const errors = fc
	.record({
		Code: fc.oneof(
			fc.constantFrom('AccessDenied', 'NoSuchKey', 'SlowDown', `Echo ${SECRET}`),
			texts,
		),
		Message: texts,
		Key: texts,
	})
	.map((fields) => `<Error>${tagged(fields)}</Error>`);
const entities = fc.integer({ min: 1, max: 12 }).map((levels) => {
	const declared = Array.from(
		{ length: levels },
		(_, at) => `<!ENTITY e${String(at + 1)} "${`&e${String(at)};`.repeat(10)}">`,
	);
	return `<!DOCTYPE a [<!ENTITY e0 "boom!"><!ENTITY xxe SYSTEM "file:///etc/passwd">${declared.join('')}]><ListBucketResult><Contents><Key>&e${String(levels)};&xxe;</Key></Contents></ListBucketResult>`;
});
const deep = fc
	.integer({ min: 1, max: 1900 })
	.map((depth) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`);
const mutated = fc
	.tuple(fc.oneof(lists, errors), fc.nat(), fc.nat(), words)
	.map(([whole, from, to, put]) => {
		const [start, end] = [from % (whole.length + 1), to % (whole.length + 1)].sort((a, b) => a - b);
		return whole.slice(0, start) + put + whole.slice(end);
	});

const answers = fc.record({
	status: fc.oneof(
		{ weight: 3, arbitrary: fc.constant(200) },
		{ weight: 2, arbitrary: fc.constantFrom(204, 206, 301, 400, 403, 404, 412, 500, 503) },
	),
	headers: fc.record(
		{
			'content-type': fc.constantFrom('application/xml', 'text/xml', 'application/octet-stream'),
			etag: fc.constantFrom('"abc"', 'W/"x"', '', 'abc'),
			'last-modified': fc.constantFrom(new Date(0).toUTCString(), 'never', ''),
			'x-amz-request-id': fc.constant('1'),
			'content-range': fc.constantFrom('bytes 0-0/5', 'bytes 0-0/*', 'rubbish'),
			location: fc.constantFrom('http://127.0.0.1:1/', '/'),
		},
		{ requiredKeys: [] },
	),
	body: fc.oneof(lists, errors, xml, mutated, entities, deep, words),
});

const calls = fc.constantFrom(
	'listPage',
	'getText',
	'stat',
	'remove',
	'check',
	'getRange',
	'putText',
	'measure',
);

/** Whatever a store answers is a result or an error of this package; nothing is expanded, and no secret shown. */
export const storeAnswers = fuzzTarget(
	'answers of MinIO',
	fc.asyncProperty(calls, answers, async (call, answer) => {
		const store = await (starting ??= start());
		store.answer = answer;
		store.requests = 0;
		const { bucket } = store;
		const work: Record<typeof call, () => Promise<unknown>> = {
			listPage: async () => await bucket.listPage({ prefix: 'a/' }),
			getText: async () => await bucket.getText('a.json'),
			stat: async () => await bucket.stat('a.mp4'),
			remove: async () => await bucket.remove('a.mp4'),
			check: async () => await bucket.check(),
			getRange: async () => await bucket.getRange('a.mp4', 0, 10),
			putText: async () => await bucket.putText('a.json', '{}', 'application/json', { etag: null }),
			measure: async () => await bucket.measure('a.mp4'),
		};
		const end = await settle(work[call]());
		assert.ok(store.requests <= 4, `${String(store.requests)} requests`);
		if ('error' in end) {
			if (!(end.error instanceof WanAvatarError)) throw end.error;
			assertSilent(`${end.error.message}\n${end.error.remedy}`);
			return;
		}
		if (call !== 'listPage') return;
		const text = JSON.stringify(end.value);
		assert.doesNotMatch(text, /boom!boom!|root:x:0/);
		assert.ok(text.length <= 4 * answer.body.length + 1000, 'is larger than what was answered');
	}),
	{ weight: 2 },
);

function tagged(fields: Readonly<Record<string, string | undefined>>): string {
	return Object.entries(fields)
		.map(([name, text = '']) => `<${name}>${text}</${name}>`)
		.join('');
}
