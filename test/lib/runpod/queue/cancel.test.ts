import { describe, expect, it } from '@jest/globals';
import { cancelPatiently, type CancelEnd } from '../../../../lib/runpod/queue/cancel';
import { HttpFailure, type HttpAnswer } from '../../../../lib/runpod/http/http';
import { simulatedClock } from '../../generation/run/simulatedClock';

const cancelled: HttpAnswer = { status: 200, text: '{"id":"job-1","status":"CANCELLED"}' };
const page: HttpAnswer = { status: 200, text: '<html>Just a moment</html>' };
const problem: HttpAnswer = { status: 200, text: '{"status":404,"title":"Not Found"}' };
const running: HttpAnswer = { status: 200, text: '{"id":"job-1","status":"IN_PROGRESS"}' };
const answer = (status: number): HttpAnswer => ({ status, text: '' });
const later = (status: number, retryAfter: string) => ({ status, text: '', retryAfter });
const silent = new HttpFailure('UND_ERR_HEADERS_TIMEOUT', true);

interface Seen {
	told: CancelEnd;
	toldAtMs: number;
	sentAtMs: number[];
}

async function cancel(
	say: (tries: number, ageMs: number) => HttpAnswer | HttpFailure,
): Promise<Seen> {
	const clock = simulatedClock(0);
	const sentAtMs: number[] = [];
	let toldAtMs = 0;
	const send = async () => {
		sentAtMs.push(clock.monotonic());
		await clock.sleep(10);
		const said = say(sentAtMs.length, clock.monotonic());
		return said instanceof HttpFailure ? { failure: said } : { answer: said };
	};
	const telling = cancelPatiently({ send, clock, random: () => 0.5 }).then((end) => {
		toldAtMs = clock.monotonic();
		return end;
	});
	const told = await clock.run(telling);
	await clock.run(clock.sleep(120_000));
	return { told, toldAtMs, sentAtMs };
}

describe('a cancel', () => {
	it.each([cancelled, { ...cancelled, text: '{"status":"completed"}' }])(
		'ends with %j',
		async (said) => {
			const { told, sentAtMs } = await cancel(() => said);

			expect(told).toEqual({ tag: 'cancelled' });
			expect(sentAtMs).toHaveLength(1);
		},
	);

	it.each<[string, HttpAnswer | HttpFailure]>([
		['404', answer(404)],
		['403', answer(403)],
		['307', answer(307)],
		['502', answer(502)],
		['a page with 200', page],
		['a problem with 200', problem],
		['IN_PROGRESS', running],
		['429 and a long Retry-After', later(429, '90')],
		['503 and a long Retry-After', later(503, '120')],
		['silence', silent],
	])('is asked again after %s, until RunPod says that the job has ended', async (_what, said) => {
		const { sentAtMs } = await cancel((_tries, ageMs) => (ageMs < 30_000 ? said : cancelled));

		expect(sentAtMs.length).toBeGreaterThan(3);
		expect(sentAtMs.at(-1)).toBeGreaterThanOrEqual(30_000 - 10);
		expect(sentAtMs.at(-1)).toBeLessThan(40_000);
	});

	it.each<[number, CancelEnd['tag']]>([
		[404, 'gone'],
		[403, 'refused'],
	])('tells of %i after three tries, and goes on for a minute', async (status, tag) => {
		const { told, toldAtMs, sentAtMs } = await cancel(() => answer(status));

		expect(told.tag).toBe(tag);
		expect(toldAtMs).toBeLessThan(3000);
		expect(sentAtMs.at(-1)).toBeGreaterThan(50_000);
		expect(sentAtMs.at(-1)).toBeLessThan(70_000);
	});
});
