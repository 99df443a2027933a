import { expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { claimedFailure, errorFrom, failureOf } from '../../../../lib/generation/record/failure';

it('an error is the same again after it was noted', () => {
	const details = { job_id: 'job-1', status: 'FAILED', execution_time_ms: 7 };
	const error = new WanAvatarError('JOB_FAILED', 'Job job-1 failed', { remedy: 'Run it', details });
	const noted: unknown = JSON.parse(JSON.stringify(failureOf(error)));
	expect(errorFrom(claimedFailure.parse(noted))).toEqual(error);
});

it('what anybody may have written is bounded, and fit to be shown', () => {
	const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`n${String(n)}`, n]));
	const { code, message, remedy, details } = claimedFailure.parse({
		code: 'NO_CODE',
		message: `<script>alert(1)</script>${'x'.repeat(10_000)}`,
		remedy: 'Open https://user:word@evil.example/?X-Amz-Signature=abc',
		details: { link: '<b>rpa_0123456789</b>', nested: { deep: true }, ...many },
	});
	expect(code).toBe('INTERNAL');
	expect(message).toMatch(/^x{400,499}…$/);
	expect(remedy).not.toMatch(/word|abc/);
	expect(details.link).not.toMatch(/<|0123456789/);
	expect(details).not.toHaveProperty('nested');
	expect(Object.keys(details).length).toBeLessThanOrEqual(50);
});
