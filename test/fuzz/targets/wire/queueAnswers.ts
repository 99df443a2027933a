import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { settle } from '../../../../lib/base/errors/settled';
import { parseJobInput } from '../../../../lib/contract/parseJobInput';
import { parseRunPodSettings } from '../../../../lib/runpod/http/runPodCredential';
import { createQueueClient } from '../../../../lib/runpod/queue/queue';
import { simulatedClock } from '../../../lib/generation/run/simulatedClock';
import { fuzzTarget } from '../../target';
import { assertShowable, assertSilent, bodies, jsonValues, SECRET, words } from '../../values';

const settings = parseRunPodSettings({ apiKey: SECRET, endpointId: 'endpoint1' });
const input = parseJobInput({
	user_id: 'u',
	avatar_id: 'a',
	image_url: 'https://a.b/c.png',
	template_id: 't',
	output_video_key: 'u/a/idle.mp4',
});

const accepted = fc.record(
	{
		id: fc.oneof(words, jsonValues, fc.constantFrom<unknown>('job-1', 7, '..', '', null)),
		status: words,
		jobs: jsonValues,
		workers: jsonValues,
		error: jsonValues,
	},
	{ requiredKeys: [] },
);
const answers = fc.record({
	status: fc.oneof(
		fc.constantFrom(200, 400, 401, 403, 404, 408, 429, 500, 502),
		fc.integer({ min: 0, max: 999 }),
	),
	text: bodies(accepted),
	retryAfter: words,
});
const calls = fc.constantFrom('submit', 'retry', 'health', 'check', 'getStatus');

/** Any answer to any call is a result or an error of this package that shows no secret; a submit is sent again only on 429. */
export const queueAnswers = fuzzTarget(
	'answers of the queue',
	fc.asyncProperty(
		calls,
		fc.array(answers, { minLength: 1, maxLength: 3 }),
		async (call, given) => {
			const clock = simulatedClock();
			const sent: number[] = [];
			const queue = createQueueClient(settings, {
				clock,
				random: () => 0.5,
				send: async () => {
					const answer = given[Math.min(sent.length, given.length - 1)];
					if (!answer) throw new Error('no answer');
					sent.push(answer.status);
					return await Promise.resolve(answer);
				},
			});
			const work: Record<typeof call, () => Promise<unknown>> = {
				submit: async () => await queue.submit({ input }),
				retry: async () => {
					await queue.retry('job-1');
				},
				health: async () => await queue.health(),
				check: async () => {
					await queue.check();
				},
				getStatus: async () => await queue.getStatus('job-1'),
			};
			const end = await clock.run(settle(work[call]()));
			if ('error' in end) assertOwn(end.error);
			else if (end.value !== undefined) assertShowable(end.value);
			if (call === 'submit' || call === 'retry')
				assert.ok(
					sent.slice(0, -1).every((status) => status === 429),
					`sent again after ${sent.join(', ')}`,
				);
			if (call === 'submit' && 'value' in end) assert.match(String(end.value), /\S/);
		},
	),
);

function assertOwn(error: unknown): void {
	if (!(error instanceof WanAvatarError)) throw error;
	const { message, remedy, details } = error;
	assertSilent([message, remedy, JSON.stringify(details)].join('\n'));
}
