import { describe, expect, it } from '@jest/globals';
import { HttpFailure, type HttpAnswer } from '../../../../lib/runpod/http/http';
import {
	mayRepeat,
	retryAfterMs,
	retryDelayMs,
	withRetries,
	type Attempt,
	type Idempotency,
} from '../../../../lib/runpod/http/retry';
import { simulatedClock } from '../../generation/run/simulatedClock';

const answer = (status: number): Attempt => ({ answer: { status, text: '' } });
const failure = (code: string, sent: boolean): Attempt => ({
	failure: new HttpFailure(code, sent),
});

describe('what may be repeated', () => {
	it.each<[string, Attempt, boolean, boolean]>([
		['200', answer(200), false, false],
		['400', answer(400), false, false],
		['401', answer(401), false, false],
		['404', answer(404), false, false],
		['408', answer(408), true, false],
		['429', answer(429), true, true],
		['500', answer(500), true, false],
		['502', answer(502), true, false],
		['524', answer(524), true, false],
		['a refused connection', failure('ECONNREFUSED', false), true, true],
		['a cut connection', failure('ECONNRESET', true), true, false],
		['no answer in time', failure('UND_ERR_HEADERS_TIMEOUT', true), true, false],
	])('%s', (_what, attempt, asRead, asSubmit) => {
		const repeated = (['idempotent', 'once'] as Idempotency[]).map((idempotency) =>
			mayRepeat(idempotency, attempt),
		);
		expect(repeated).toEqual([asRead, asSubmit]);
	});
});

describe('how long is waited', () => {
	it.each<[string | undefined, number | undefined]>([
		[undefined, undefined],
		['', undefined],
		['7', 7000],
		['0', 0],
		['-5', 0],
		['9999', 120_000],
		['soon', undefined],
		['Thu, 01 Jan 1970 00:01:30 GMT', 30_000],
		['Thu, 01 Jan 1970 00:00:01 GMT', 0],
	])('Retry-After %s', (header, expected) => {
		expect(retryAfterMs(header, 60_000)).toBe(expected);
	});

	it('doubles, give or take a quarter, up to 30 s', () => {
		const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) =>
			retryDelayMs(answer(500), tries, 0, 0.5),
		);
		expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
		expect(retryDelayMs(answer(500), 1, 0, 0)).toBe(375);
		expect(retryDelayMs(answer(500), 1, 0, 1)).toBe(625);
	});
});

describe('withRetries', () => {
	const run = async (answers: HttpAnswer[], maxTries: number, signal?: AbortSignal) => {
		const clock = simulatedClock(0);
		let sent = 0;
		const send = async () => Promise.resolve(answers[sent++] ?? { status: 200, text: 'late' });
		const work = withRetries(
			send,
			'idempotent',
			{ clock, random: () => 0.5 },
			{ maxTries, signal },
		);
		return { attempt: await clock.run(work), sent, tookMs: clock.now() };
	};

	it('goes on until there is a good answer', async () => {
		const { attempt, sent, tookMs } = await run(
			[
				{ status: 500, text: '' },
				{ status: 429, text: '', retryAfter: '3' },
			],
			5,
		);
		expect(attempt).toEqual({ answer: { status: 200, text: 'late' } });
		expect([sent, tookMs]).toEqual([3, 3500]);
	});

	it('gives up after so many tries', async () => {
		const bad = { status: 500, text: '' };
		const { attempt, sent } = await run([bad, bad, bad, bad], 3);
		expect(attempt).toEqual({ answer: bad });
		expect(sent).toBe(3);
	});

	it('does not go on when it is stopped', async () => {
		const { sent } = await run([{ status: 500, text: '' }], 3, AbortSignal.abort());
		expect(sent).toBe(1);
	});
});
