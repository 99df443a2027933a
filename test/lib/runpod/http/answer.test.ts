import { expect, it } from '@jest/globals';
import { faultText } from '../../../../lib/runpod/http/answer';

it.each([
	['a list, as REST v1 has it', '[{"id":"a","env":{"MINIO_SECRET_KEY":"worker-secret"}}]'],
	['an object that is cut off', '{"endpoints":[{"env":{"MINIO_SECRET_KEY":"worker-secret"'],
	['a list that is cut off', ' \n[{"env":{"MINIO_SECRET_KEY":"worker-secret"}}'],
	['an object without words', '{"env":{"MINIO_SECRET_KEY":"worker-secret"}}'],
])('%s says nothing beyond its status: it may hold an environment', (_what, text) => {
	expect(faultText({ status: 200, text }, [])).toBe('HTTP 200');
});

it('words are shown where they stand, also outside JSON', () => {
	expect(faultText({ status: 400, text: '{"detail":"no such pool"}' }, [])).toBe(
		'HTTP 400: no such pool',
	);
	expect(faultText({ status: 502, text: 'Bad Gateway' }, [])).toBe('HTTP 502: Bad Gateway');
});
