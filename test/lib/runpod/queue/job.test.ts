import { describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { HttpAnswer } from '../../../../lib/runpod/http/http';
import { readJob, type JobState } from '../../../../lib/runpod/queue/job';

const video = { minio_key: 'a.mp4', video_url: 'https://a.b/c', fps: 24, width: 1280, height: 720 };

function read(body: unknown, status = 200, more: Partial<HttpAnswer> = {}): JobState {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return readJob('job-1', { status, text, ...more }, 0);
}

function facts(status: string, more: object = {}) {
	const unknown = { delayTimeMs: null, executionTimeMs: null, workerId: null, retries: 0 };
	return { jobId: 'job-1', status, ...unknown, ...more };
}

describe('a job is read from whatever RunPod answers', () => {
	it.each<[string, JobState, object]>([
		[
			'queued',
			read({ id: 'job-1', status: 'IN_QUEUE' }),
			{ tag: 'queued', facts: facts('IN_QUEUE') },
		],
		[
			'running with its facts',
			read({ status: 'IN_PROGRESS', delayTime: 61372, workerId: 'w1', retries: 1 }),
			{
				tag: 'running',
				progress: null,
				facts: facts('IN_PROGRESS', { delayTimeMs: 61372, workerId: 'w1', retries: 1 }),
			},
		],
		[
			'running with progress',
			read({ status: 'IN_PROGRESS', output: { progress: '4/10' } }),
			{ tag: 'running', progress: { progress: '4/10' }, facts: facts('IN_PROGRESS') },
		],
		['in small letters', read({ status: 'in_queue' }), { tag: 'queued', facts: facts('IN_QUEUE') }],
		[
			'an unknown state',
			read({ status: 'PAUSED' }),
			{ tag: 'running', progress: null, facts: facts('PAUSED') },
		],
		[
			'with times that nothing can be counted with',
			read({ status: 'IN_PROGRESS', executionTime: 1e308, delayTime: -1, retries: 1e300 }),
			{ tag: 'running', progress: null, facts: facts('IN_PROGRESS') },
		],
		['cancelled', read({ status: 'CANCELLED' }), { tag: 'cancelled', facts: facts('CANCELLED') }],
		['timed out', read({ status: 'TIMED_OUT' }), { tag: 'timedOut', reason: 'no reason given' }],
		[
			'completed',
			read({ status: 'COMPLETED', output: video }),
			{ tag: 'completed', output: { ...video, more: {} } },
		],
		[
			'completed with odd fields',
			read({
				status: 'COMPLETED',
				output: {
					video_url: 'https://a.example/u',
					fps: '25',
					width: 'wide',
					thumbnail_key: 7,
					x: 1,
				},
			}),
			{
				tag: 'completed',
				output: {
					video_url: 'https://a.example/u',
					minio_key: null,
					fps: 25,
					width: null,
					thumbnail_key: null,
					more: { x: 1 },
				},
			},
		],
		[
			'completed without output',
			read({ status: 'COMPLETED' }),
			{ tag: 'completedWithoutVideo', words: '' },
		],
		[
			'completed with text',
			read({ status: 'COMPLETED', output: 'ok' }),
			{ tag: 'completedWithoutVideo', words: 'ok' },
		],
		[
			'completed with an error, and a message that all is well',
			read({ status: 'COMPLETED', output: { message: 'Processing completed', error: 'no face' } }),
			{ tag: 'completedWithoutVideo', words: 'no face (Processing completed)' },
		],
		[
			'completed with the kind of an error, and a message',
			read({ status: 'COMPLETED', output: { error: 'ValueError', message: 'no face' } }),
			{ tag: 'completedWithoutVideo', words: 'ValueError (no face)' },
		],
		[
			'completed with a message alone',
			read({ status: 'COMPLETED', output: { error: '', message: 'no face' } }),
			{ tag: 'completedWithoutVideo', words: 'no face' },
		],
		[
			'completed with an empty key',
			read({ status: 'COMPLETED', output: { minio_key: '' } }),
			{ tag: 'completedWithoutVideo' },
		],
		[
			'404 as a problem',
			read({ status: 404, title: 'Not Found', detail: 'job not found' }, 404),
			{ tag: 'missing', reason: 'HTTP 404: job not found' },
		],
		[
			'404 as a number under 200',
			read({ status: 404, detail: 'job not found' }),
			{ tag: 'missing' },
		],
		[
			'429 with a wait',
			read('', 429, { retryAfter: '7' }),
			{ tag: 'unreachable', retryAfterMs: 7000 },
		],
		[
			'502 with HTML',
			read('<html><body>Bad gateway</body></html>', 502),
			{ tag: 'unreachable', reason: 'HTTP 502: Bad gateway' },
		],
		[
			'of another job',
			read({ id: 'job-2', status: 'COMPLETED', output: video }),
			{ tag: 'unreachable', reason: 'the answer is of another job' },
		],
		['of this job', read({ id: 'job-1', status: 'CANCELLED' }), { tag: 'cancelled' }],
		['with an odd id', read({ id: 7, status: 'CANCELLED' }), { tag: 'cancelled' }],
		['200 with an odd number as state', read({ status: 7 }), { tag: 'unreachable' }],
		['200 with HTML', read('<html>hm</html>'), { tag: 'unreachable' }],
		['200 with nothing', read(''), { tag: 'unreachable', reason: 'HTTP 200' }],
		['200 with a list', read([]), { tag: 'unreachable' }],
		['200 without a state', read({ id: 'x' }), { tag: 'unreachable' }],
		['401', read({ status: 401, title: 'Unauthorized' }, 401), { tag: 'refused', status: 401 }],
		['a redirect', read('', 302), { tag: 'refused', status: 302 }],
	])('%s', (_what, look, expected) => {
		expect(look).toMatchObject(expected);
	});
});

describe('no odd field costs a result', () => {
	const deep = `${'{"a":'.repeat(2700)}1${'}'.repeat(2700)}`;
	const odd = (fields: string) =>
		`{"id":"job-1","status":"COMPLETED","output":{"minio_key":"a.mp4","seed":7,${fields}}}`;

	it.each<[string, string, object]>([
		['a field named constructor', '"constructor":{"a":1}', { constructor: { a: 1 } }],
		['a field named toString', '"toString":"x"', { toString: 'x' }],
		['a field named hasOwnProperty', '"hasOwnProperty":1', { hasOwnProperty: 1 }],
		['a number without an end', '"n":1e400,"m":[-1e400]', { n: null, m: [null] }],
		['a list of 10,001', `"n":[${'1,'.repeat(10_000)}1]`, {}],
		['a text of 100 kB', `"n":"${'x'.repeat(100_000)}"`, {}],
		['more numbers than digits', '"fps":[[1]],"width":"9e999","height":true', {}],
		['a long number', `"fps":"${'1'.repeat(1_000_000)}"`, {}],
	])('%s', (_what, fields, more) => {
		const look = read(odd(fields));
		expect(look).toMatchObject({ tag: 'completed', output: { minio_key: 'a.mp4' } });
		expect(look.tag === 'completed' && look.output.more).toMatchObject({ seed: 7, ...more });
	});

	it('a nesting of 2,700 levels, of which 32 are kept', () => {
		const look = read(odd(`"deep":${deep}`));
		const more = look.tag === 'completed' ? JSON.stringify(look.output.more) : '';
		expect(more).toBe(`{"seed":7,"deep":${'{"a":'.repeat(31)}"(nested too deep)"${'}'.repeat(32)}`);
	});

	it('the name of the prototype, which is left out', () => {
		const look = read(
			odd('"__proto__":{"minio_key":"b.mp4","evil":1},"x":{"__proto__":{"evil":1}}'),
		);
		const more = look.tag === 'completed' ? look.output.more : {};
		expect(more).toStrictEqual({ seed: 7, x: {} });
		expect(Reflect.get({}, 'evil')).toBeUndefined();
	});

	it('long texts and lists, which are cut and say so', () => {
		const look = read(
			odd(`"text":"${'x'.repeat(100_000)}","list":[${'1,'.repeat(20_000)}1],"last":1`),
		);
		const { text, list, last } = look.tag === 'completed' ? look.output.more : {};
		expect(text).toMatch(/^x{60000,65536}… \(100000 characters\)$/);
		expect(Array.isArray(list) && list.slice(-2)).toEqual([
			1,
			expect.stringMatching(/^\(1\d{4} more\)$/),
		]);
		expect(last).toBeUndefined();
		expect(look).toMatchObject({ output: { more: { '(more)': '(1 more)' } } });
	});

	it('a video in the answer, which is not passed on', () => {
		const look = read({
			status: 'COMPLETED',
			output: { minio_key: 'a.mp4', video_url: `data:video/mp4;base64,${'A'.repeat(200_000)}` },
		});
		expect(look).toMatchObject({
			tag: 'completed',
			output: { minio_key: 'a.mp4', video_url: null },
		});
	});

	it('progress and output without a video neither', () => {
		const progress = read(
			`{"status":"IN_PROGRESS","output":{"constructor":1,"n":1e400,"d":${deep}}}`,
		);
		expect(progress).toMatchObject({ tag: 'running', progress: { constructor: 1, n: null } });
		const noVideo = read(`{"status":"COMPLETED","output":${deep}}`);
		expect(noVideo).toMatchObject({
			tag: 'completedWithoutVideo',
			words: expect.stringMatching(/^\{"a":\{"a":/),
		});
	});
});

describe('the secrets of the connection are masked in whatever others wrote', () => {
	const secrets = ['the-api-key', 'minio/secret'];
	const said = `the-api-key ${btoa('the-api-key')} minio%2Fsecret`;
	const masked = '••• ••• •••';
	const readWith = (body: object, status = 200) =>
		readJob('job-1', { status, text: JSON.stringify(body) }, 0, secrets);

	it.each<[string, JobState, object]>([
		['a reason', readWith({ status: 'FAILED', error: said }), { reason: masked }],
		[
			'an object as reason',
			readWith({ status: 'FAILED', error: { env: { KEY: said } } }),
			{ reason: `{"env":{"KEY":"${masked}"}}` },
		],
		[
			'progress',
			readWith({ status: 'IN_PROGRESS', output: { log: [said], 'the-api-key': 1 } }),
			{ progress: { log: [masked], '•••': 1 } },
		],
		[
			'more of an output',
			readWith({ status: 'COMPLETED', output: { ...video, env: { KEY: said } } }),
			{ output: { ...video, more: { env: { KEY: masked } } } },
		],
		[
			'an output without a video',
			readWith({ status: 'COMPLETED', output: said }),
			{ words: masked },
		],
		['a state', readWith({ status: 'the-api-key' }), { facts: { status: '•••' } }],
		[
			'a worker ID',
			readWith({ status: 'IN_QUEUE', workerId: 'the-api-key' }),
			{ facts: { workerId: '•••' } },
		],
		['a fault', readWith({ detail: said }, 404), { reason: `HTTP 404: ${masked}` }],
		['a refusal', readWith({ errors: [said] }, 403), { reason: `HTTP 403: ${masked}` }],
	])('%s', (_what, look, expected) => {
		expect(look).toMatchObject(expected);
	});

	it('also where a long text is cut', () => {
		for (let shift = 0; shift < 12; shift++) {
			const log = `${'x'.repeat(64 * 1024 - 40 - shift)}the-api-key${'y'.repeat(100)}`;
			const look = readWith({ status: 'IN_PROGRESS', output: log });
			expect(look.tag === 'running' && look.progress).not.toContain('the');
		}
	});
});

/** What this process has computed so far; other processes of a busy machine do not count. */
function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

describe('reading an answer takes no time beside JSON.parse', () => {
	const size = 19 * 1024 * 1024;
	const many = (piece: string) => piece.repeat(Math.ceil(size / piece.length));
	const fields = Array.from({ length: 400_000 }, (_, at) => `"field_${String(at)}":1`).join(',');
	const nested = `${'{"error":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`;

	it.each<[string, string, string]>([
		['numbers', 'COMPLETED', `"output":{"minio_key":"a","n":[${many('1,')}1]}`],
		['objects', 'COMPLETED', `"output":{"minio_key":"a","n":[${many('{"a":[1]},')}1]}`],
		['one text', 'COMPLETED', `"output":{"minio_key":"a","n":"${many('x')}"}`],
		[
			'many texts',
			'COMPLETED',
			`"output":{"minio_key":"a","n":[${many(`"${'x'.repeat(2000)}",`)}1]}`,
		],
		['fields', 'COMPLETED', `"output":{"minio_key":"a",${fields}}`],
		['levels', 'COMPLETED', `"output":{"minio_key":"a","n":${nested}}`],
		['progress', 'IN_PROGRESS', `"output":[${many('1,')}1]`],
		['hex as a reason', 'FAILED', `"error":"${many('0123456789abcdef')}"`],
		['levels as a reason', 'FAILED', `"error":${nested}`],
		['fields as a reason', 'FAILED', `"error":{${fields}}`],
		['a list as a reason', 'FAILED', `"error":[${many('1,')}1]`],
		['a long state', many('A'), '"x":1'],
	])('%s', (_what, status, rest) => {
		const text = `{"status":"${status}",${rest}}`;
		const realParse = JSON.parse.bind(JSON);
		const parse = jest.spyOn(JSON, 'parse');
		let parsedMs = 0;
		parse.mockImplementation((source: string) => {
			const startedAtMs = cpuMs();
			try {
				const parsed: unknown = realParse(source);
				return parsed;
			} finally {
				parsedMs += cpuMs() - startedAtMs;
			}
		});
		const startedAtMs = cpuMs();
		const look = readJob('job-1', { status: 200, text }, 0, ['the-api-key', 'minio/secret']);
		const tookMs = cpuMs() - startedAtMs - parsedMs;
		parse.mockRestore();
		// Far above what it takes, and far below what work that grows with the square of the length takes.
		expect(tookMs).toBeLessThan(3000);
		expect(look.tag).not.toBe('unreachable');
		expect(JSON.stringify(look).length).toBeLessThan(1_500_000);
	});
});

describe('the reason of a failure', () => {
	const file = readFileSync('examples/media/portrait.png').toString('base64');
	it.each<[string, object, string]>([
		['text', { error: 'no face' }, 'no face'],
		['JSON text', { error: '{"error_message":"no face","error_type":"E"}' }, 'no face'],
		['an object', { error: { message: 'no face' } }, 'no face'],
		['JSON in JSON', { error: '{"error":"{\\"message\\":\\"no face\\"}"}' }, 'no face'],
		['an object without known words', { error: { odd: 1 } }, '{"odd":1}'],
		['words in the output', { output: { error: 'no face' } }, 'no face'],
		['nothing', {}, 'no reason given'],
		['empty text', { error: ' ' }, 'no reason given'],
		['a file', { error: file }, 'no reason given'],
		['a file beside words', { error: { message: `b'${file}'`, detail: 'no face' } }, 'no face'],
		['a file before words in the output', { error: file, output: 'no face' }, 'no face'],
		['a file in short lines', { error: file.replace(/.{40}/g, '$&\n') }, 'no reason given'],
		['a list', { error: ['no face', 7] }, '["no face",7]'],
		['an empty object', { error: {}, output: 'no face' }, 'no face'],
		['only markup', { error: '<br>' }, 'no reason given'],
		['a number without an end', { error: '{"odd":1e400}' }, '{"odd":null}'],
		['a field named constructor', { error: '{"constructor":1}' }, '{"constructor":1}'],
		[
			'an error without words',
			{ error: `{"error_type":"<class 'MemoryError'>","error_message":"","hostname":"h"}` },
			'MemoryError (without a message)',
		],
		[
			'an error without words and type',
			{ error: '{"error_message":"","error_traceback":"Traceback\\n  a.py\\nKeyError\\n"}' },
			'KeyError',
		],
		['an error without anything', { error: '{"error_message":""}' }, 'no reason given'],
		[
			'an error without words beside words in the output',
			{ error: { error_message: '' }, output: { message: 'no face' } },
			'no face',
		],
		['many lines', { error: 'no\n\tface\u0007' }, 'no face'],
		[
			'a signed URL',
			{ error: 'GET https://a.b/c?X-Amz-Signature=abc123&x=1 failed' },
			'GET https://a.b/c?X-Amz-Signature=•••&x=1 failed',
		],
		['an API key', { error: 'key rpa_ABC123 is odd' }, 'key rpa_••• is odd'],
	])('%s', (_what, fields, reason) => {
		expect(read({ status: 'FAILED', ...fields })).toMatchObject({ tag: 'failed', reason });
	});

	it('is cut at 500 characters', () => {
		const look = read({ status: 'FAILED', error: 'x'.repeat(9000) });
		expect(look.tag === 'failed' && look.reason.length).toBe(500);
	});
});

it('secrets are masked in links, and a key stays what the file is found by', () => {
	const output = {
		minio_key: 'a-secret/a.mp4',
		video_url: 'https://a.b/c?k=a-secret&l=a',
		thumbnail_key: 'a-secret/a.jpg',
		thumbnail_url: 'https://a.b/a-secret/c',
	};
	const text = JSON.stringify({ status: 'COMPLETED', output });

	const look = readJob('job-1', { status: 200, text }, 0, ['a-secret']);

	expect(look).toMatchObject({
		tag: 'completed',
		output: {
			minio_key: output.minio_key,
			video_url: 'https://a.b/c?k=•••&l=a',
			thumbnail_key: output.thumbnail_key,
			thumbnail_url: 'https://a.b/•••/c',
		},
	});
});
