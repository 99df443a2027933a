import { describe, expect, it } from '@jest/globals';
import { HttpFailure, type HttpAnswer, type HttpRequest } from '../../../../lib/runpod/http/http';
import type { RunBody } from '../../../../lib/runpod/queue/queueRequests';
import { createQueueClient } from '../../../../lib/runpod/queue/queue';
import { parseRunPodSettings } from '../../../../lib/runpod/http/runPodCredential';
import { simulatedClock } from '../../generation/run/simulatedClock';

const API_KEY = 'rpa_key-of-the-test';

/** A client of an endpoint that answers, or fails, in one way. */
function client(end: HttpAnswer | HttpFailure) {
	const clock = simulatedClock(0);
	const sent: HttpRequest[] = [];
	const send = async (request: HttpRequest) => {
		sent.push(request);
		return end instanceof HttpFailure ? Promise.reject(end) : Promise.resolve(end);
	};
	const settings = parseRunPodSettings({ apiKey: API_KEY, endpointId: 'endpoint1' });
	const queue = createQueueClient(settings, { send, clock, random: () => 0.5 });
	const run = async <T>(work: Promise<T>): Promise<unknown> =>
		await clock.run(work.catch((error: unknown) => error));
	return { queue, run, sent };
}

const cut = (text: string, status = 200) =>
	new HttpFailure('ANSWER_TOO_SLOW', true, { status, text });
const whole = (text: string, status = 200): HttpAnswer => ({ status, text });

const body: RunBody = {
	input: { user_id: 'u', avatar_id: 'a', portrait_path: 'p', driving_video_path: 'v' },
};

describe('a submit takes the id that RunPod names', () => {
	it.each<[string, HttpAnswer | HttpFailure, string]>([
		['as text', whole('{"id":"job-1"}'), 'job-1'],
		['as a number', whole('{"id":12345,"status":"IN_QUEUE"}'), '12345'],
		['between spaces', whole('{"id":" job-1\\n"}'), 'job-1'],
		['with odd characters', whole('{"id":"a/b ?#../é"}'), 'a/b ?#../é'],
		['in an answer without its end', cut('{"id":"job-1"}'), 'job-1'],
	])('%s', async (_what, end, id) => {
		const { queue, run, sent } = client(end);

		expect(await run(queue.submit(body))).toBe(id);
		expect(sent).toHaveLength(1);
	});

	it.each<[string, HttpAnswer | HttpFailure]>([
		['in half an object', cut('{"id":"job-1"')],
		['with the status of a fault, cut', cut('{"id":"job-1"}', 502)],
		['with the status of a refusal, cut', cut('{"id":"job-1"}', 409)],
		['with the status of a fault', whole('{"id":"job-1"}', 500)],
		['as a fraction', whole('{"id":1.5}')],
		['as a number that lost digits', whole('{"id":12345678901234567890}')],
		['as spaces', whole('{"id":" "}')],
		['as the folder above', whole('{"id":".."}')],
		['with half a character', whole('{"id":"a\\ud800b"}')],
		['with a control character', whole('{"id":"a\\u0007b"}')],
		['of 20 kB', whole(`{"id":"${'x'.repeat(20_000)}"}`)],
		['with the API key in it', whole(`{"id":"job-${API_KEY}"}`)],
		['with the API key in it, cut', cut(`{"id":"job-${API_KEY}"}`)],
	])('but no job is followed, and none sent again, for an id %s', async (_what, end) => {
		const { queue, run, sent } = client(end);

		const error = await run(queue.submit(body));

		expect(error).toMatchObject({ code: 'SUBMIT_UNKNOWN' });
		expect(JSON.stringify(error) + String(error)).not.toContain(API_KEY);
		expect(String(error).length).toBeLessThan(1000);
		expect(sent).toHaveLength(1);
	});
});

describe('a look at a job', () => {
	it('takes a complete state from an answer without its end', async () => {
		const end = cut('{"id":"job-1","status":"COMPLETED","output":{"minio_key":"a.mp4"}}');
		const { queue, run } = client(end);

		const look = await run(queue.pollStatus('job-1'));

		expect(look).toMatchObject({ tag: 'completed', output: { minio_key: 'a.mp4' } });
	});

	it('takes no half of one', async () => {
		const { queue, run } = client(cut('{"id":"job-1","status":"COMPLETED","output":{"minio'));

		const look = await run(queue.pollStatus('job-1'));

		expect(look).toEqual({ tag: 'unreachable', reason: 'no answer (ANSWER_TOO_SLOW)' });
	});
});

it('a job whose id holds half a character can be asked for, and is not there', async () => {
	const { queue, run, sent } = client(whole('{}', 404));

	expect(await run(queue.pollStatus('a\ud800b'))).toMatchObject({ tag: 'missing' });
	expect(sent[0]?.url).toMatch(/\/status\/a%EF%BF%BDb$/);
});

describe('a retry', () => {
	it.each<[string, HttpAnswer]>([
		['the id and its state', whole('{"id":"job-1","status":"IN_QUEUE"}')],
		['the id', whole('{"id":"job-1"}')],
		['a state', whole('{"status":"IN_QUEUE"}', 202)],
	])('is taken for done when RunPod answers %s', async (_what, end) => {
		const { queue, run, sent } = client(end);

		expect(await run(queue.retry('job-1'))).toBeUndefined();
		expect(sent).toHaveLength(1);
	});

	it.each<[string, HttpAnswer | HttpFailure]>([
		['a page', whole('<html>Just a moment...</html>')],
		['nothing', whole('')],
		['nothing at all', whole('', 204)],
		['an error', whole('{"error":"job cannot be retried"}')],
		['a problem', whole('{"status":404,"title":"Not Found","detail":"job not found"}')],
		['a list', whole('[]')],
		['another id', whole('{"id":"job-2","status":"IN_QUEUE"}')],
		['the id, cut off', cut('{"id":"job-1","status":"IN_QUEUE"}')],
	])('is not known to be done when RunPod answers %s', async (_what, end) => {
		const { queue, run, sent } = client(end);

		expect(await run(queue.retry('job-1'))).toMatchObject({
			code: 'SUBMIT_UNKNOWN',
			message: expect.stringMatching(/not known whether job job-1 was started over/),
		});
		expect(sent).toHaveLength(1);
	});
});
