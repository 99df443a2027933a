import { describe, expect, it } from '@jest/globals';
import type { HttpAnswer } from '../../lib/runpod/http';
import { readJob, type JobLook } from '../../lib/runpod/job';

const video = { minio_key: 'a.mp4', video_url: 'https://a.b/c', fps: 24, width: 1280, height: 720 };

function read(body: unknown, status = 200, more: Partial<HttpAnswer> = {}): JobLook {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return readJob('job-1', { status, text, ...more }, 0);
}

function facts(status: string, more: object = {}) {
	const unknown = { delayTimeMs: null, executionTimeMs: null, workerId: null, retries: 0 };
	return { jobId: 'job-1', status, ...unknown, ...more };
}

describe('a job is read from whatever RunPod answers', () => {
	it.each<[string, JobLook, object]>([
		['queued', read({ id: 'x', status: 'IN_QUEUE' }), { tag: 'queued', facts: facts('IN_QUEUE') }],
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
				output: { video_url: 'u', fps: '25', width: 'wide', thumbnail_key: 7, x: 1 },
			}),
			{
				tag: 'completed',
				output: {
					video_url: 'u',
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
			{ tag: 'completedWithoutVideo', output: null },
		],
		[
			'completed with text',
			read({ status: 'COMPLETED', output: 'ok' }),
			{ tag: 'completedWithoutVideo', output: 'ok' },
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

describe('the reason of a failure', () => {
	it.each<[string, object, string]>([
		['text', { error: 'no face' }, 'no face'],
		['JSON text', { error: '{"error_message":"no face","error_type":"E"}' }, 'no face'],
		['an object', { error: { message: 'no face' } }, 'no face'],
		['JSON in JSON', { error: '{"error":"{\\"message\\":\\"no face\\"}"}' }, 'no face'],
		['an object without known words', { error: { odd: 1 } }, '{"odd":1}'],
		['words in the output', { output: { error: 'no face' } }, 'no face'],
		['nothing', {}, 'no reason given'],
		['empty text', { error: ' ' }, 'no reason given'],
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
