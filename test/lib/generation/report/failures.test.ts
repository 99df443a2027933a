import { describe, expect, it } from '@jest/globals';
import { failedJob } from '../../../../lib/generation/report/failures';

const job = {
	job_id: 'job-1',
	endpoint_id: 'abc123',
	user_id: 'user_1',
	avatar_id: 'avatar_1',
	output_video_key: null,
	output_thumbnail_key: null,
	submitted_at: null,
};
const facts = {
	jobId: 'job-1',
	status: 'FAILED',
	delayTimeMs: null,
	executionTimeMs: null,
	workerId: 'worker1',
	retries: 0,
};

const PORTRAIT = /^Check the portrait and the driving video/;
const GPU = /^The GPU of the worker has too little memory for it.* shorter driving video/;

describe('what to do about a failed job', () => {
	it.each([
		['no face found in the portrait', PORTRAIT],
		['no such key in memory of the bucket', PORTRAIT],
		['CUDA out of memory. Tried to allocate 2.00 GiB', GPU],
		['OutOfMemoryError: allocation on device 0 would exceed allowed memory', GPU],
		['torch.cuda.OutOfMemoryError (without a message)', GPU],
		['CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)', GPU],
		['CUDA_ERROR_OUT_OF_MEMORY', GPU],
		['HIP out of memory', GPU],
		['the worker is out of memory', /^The worker has too little memory for it.*shorter driving/],
	])('%s', (reason, remedy) => {
		const error = failedJob(job, { tag: 'failed', facts, reason });
		expect(error.message).toContain(reason);
		expect(error.remedy).toMatch(remedy);
	});

	it('is said as well where the worker calls the job completed', () => {
		const words = 'CUDA out of memory';
		const error = failedJob(job, { tag: 'completedWithoutVideo', facts, words });
		expect(error.remedy).toMatch(GPU);
		expect(error.remedy).toMatch(/log of worker worker1/);
	});
});
