import { describe, expect, it } from '@jest/globals';
import { modelAnswer } from '../../../../lib/generation/report/modelAnswer';
import { submittedReport } from '../../../../lib/generation/report/report';

const job = {
	job_id: 'job-1',
	endpoint_id: 'endpoint1',
	user_id: 'user_1',
	avatar_id: 'anna',
	output_video_key: 'user-avatars/user_1/anna/idle.mp4',
	output_thumbnail_key: null,
	submitted_at: '2026-11-28T12:00:00.000Z',
};
const report = submittedReport(job);

describe('what a model is told to do next', () => {
	it.each([
		[{ status: 'IN_QUEUE' }, /not finished.* ask Get Status with this job_id \(job-1\)/],
		[{ status: 'IN_PROGRESS' }, /about 3 minutes\. Do not call Generate/],
		[{ status: 'UNKNOWN', failure_reason: 'no answer' }, /not finished/],
		[{ status: 'COMPLETED', video_url: 'https://x.example/v' }, /give video_url to the user/],
		[{ status: 'COMPLETED', minio_key: 'a/idle.mp4' }, /stored under minio_key/],
		[{ status: 'COMPLETED' }, /worker's own answer/],
		[{ status: 'COMPLETED', failure_reason: 'names no video' }, /ended without a video/],
		[{ status: 'FAILED', failure_reason: 'no face' }, /ended without a video/],
		[{ status: 'CANCELLED', failure_reason: 'cancelled' }, /ended without a video/],
		[{ status: 'TIMED_OUT', failure_reason: 'timed out' }, /ended without a video/],
		[{ status: 'NOT_FOUND', failure_reason: 'job not found' }, /does not know job job-1/],
	])('%j', (found, words) => {
		expect(modelAnswer({ ...report, ...found }).next_step).toMatch(words);
	});
});

it('has nothing empty and no bookkeeping', () => {
	expect(modelAnswer(report)).toEqual({
		job_id: 'job-1',
		status: 'IN_QUEUE',
		output_video_key: job.output_video_key,
		next_step: expect.any(String),
	});
});

it('keeps what is false or 0, and items that are of no job', () => {
	const item = { endpoint_id: 'endpoint1', deleted: false, workers: 0, note: null, names: [] };
	expect(modelAnswer(item)).toEqual({ endpoint_id: 'endpoint1', deleted: false, workers: 0 });
});

it('tells an error with its remedy, and of a job what helps to find it', () => {
	const details = { ...job, code: 'JOB_FAILED', remedy: 'Try another portrait.' };
	expect(modelAnswer({ error: 'Job job-1 failed', details })).toEqual({
		error: 'Job job-1 failed',
		details: {
			job_id: 'job-1',
			output_video_key: job.output_video_key,
			code: 'JOB_FAILED',
			remedy: 'Try another portrait.',
		},
	});
	const ofEndpoint = { endpoint_id: 'endpoint1', code: 'ENDPOINT_NOT_FOUND', remedy: '' };
	expect(modelAnswer({ error: 'gone', details: ofEndpoint }).details).toEqual({
		endpoint_id: 'endpoint1',
		code: 'ENDPOINT_NOT_FOUND',
	});
});
