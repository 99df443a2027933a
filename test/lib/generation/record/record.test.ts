import { expect, it } from '@jest/globals';
import { readRecordOf } from '../../../../lib/generation/record/record';

it('a job record of an earlier version, which names no inputs, is still read', async () => {
	const record = {
		version: 1,
		state: 'submitted',
		delivered: false,
		fingerprint: 'f',
		execution_id: '1',
		endpoint_id: 'endpoint1',
		job_id: 'job-1',
		intended_at_ms: 1,
		submitted_at_ms: 2,
		recorded_at_ms: null,
	};
	const stored = {
		tag: 'there' as const,
		text: JSON.stringify(record),
		etag: 'e',
		lastModifiedMs: 3,
	};
	const bucket = { getText: async () => Promise.resolve(stored) };

	expect(await readRecordOf('a.mp4', bucket)).toEqual({
		...record,
		input_keys: [],
		earlier_job_ids: [],
		lost: false,
		followed_at_ms: null,
		suspended_until_ms: null,
		ttl_ms: null,
	});
});
