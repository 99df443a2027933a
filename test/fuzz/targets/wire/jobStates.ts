import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readJob, type JobState } from '../../../../lib/runpod/queue/job';
import { fuzzTarget } from '../../target';
import { assertShowable, assertSilent, bodies, jsonValues, SECRET, words } from '../../values';

const JOB_ID = 'job-1';
const TAGS: Readonly<Record<string, JobState['tag']>> = {
	IN_QUEUE: 'queued',
	IN_PROGRESS: 'running',
	FAILED: 'failed',
	CANCELLED: 'cancelled',
	TIMED_OUT: 'timedOut',
};

const odd = fc.oneof(jsonValues, fc.constantFrom<unknown>(-1, 1e300, '12', 5, null));
const statuses = fc.constantFrom(...Object.keys(TAGS), 'COMPLETED');

const body = fc.record(
	{
		id: fc.oneof(fc.constantFrom<unknown>(JOB_ID, ' job-1 ', 'job-2', 7), jsonValues),
		status: fc.oneof({ weight: 4, arbitrary: statuses }, { weight: 1, arbitrary: odd }),
		delayTime: odd,
		executionTime: odd,
		workerId: odd,
		retries: odd,
		output: jsonValues,
		error: jsonValues,
	},
	{ requiredKeys: [] },
);

const httpStatus = fc.oneof(
	{ weight: 4, arbitrary: fc.constant(200) },
	{ weight: 1, arbitrary: fc.constantFrom(201, 302, 400, 401, 404, 408, 429, 500, 524) },
	{ weight: 1, arbitrary: fc.integer({ min: 0, max: 999 }) },
);

/** Whatever RunPod answers about a job is one state of this very job, and shows no secret. */
export const jobStates = fuzzTarget(
	'job states',
	fc.property(httpStatus, bodies(body), words, (status, text, retryAfter) => {
		const state = readJob(JOB_ID, { status, text, retryAfter }, 0, [SECRET]);
		assertWhole(state);
		if (status === 404) assert.equal(state.tag, 'missing');
		if (status === 429 || status >= 500) assert.equal(state.tag, 'unreachable');
	}),
);

/** What RunPod says in its own words is understood, whatever stands beside it. */
export const saidStates = fuzzTarget(
	'job states, as said',
	fc.property(fc.constantFrom(...Object.keys(TAGS)), body, (status, beside) => {
		const text = JSON.stringify({ ...beside, id: JOB_ID, status });
		const state = readJob(JOB_ID, { status: 200, text }, 0, [SECRET]);
		assert.equal(state.tag, TAGS[status]);
		assertWhole(state);
	}),
);

function assertWhole(state: JobState): void {
	if ('facts' in state) {
		const { jobId, status, delayTimeMs, executionTimeMs, retries } = state.facts;
		assert.equal(jobId, JOB_ID);
		assert.equal(status, status.toUpperCase());
		for (const number of [delayTimeMs ?? 0, executionTimeMs ?? 0, retries])
			assert.ok(number >= 0 && Number.isFinite(number), `is ${String(number)}`);
	}
	if (state.tag === 'missing') assert.equal(state.jobId, JOB_ID);
	for (const said of ['reason' in state ? state.reason : '', 'words' in state ? state.words : '']) {
		assert.ok(said.length <= 520 && !/[\n\r]/.test(said), `says ${said}`);
		assertSilent(said);
	}
	if (state.tag !== 'completed') {
		assertShowable(state);
		return;
	}
	// A key stays as it is: the file is found by it.
	const { minio_key, thumbnail_key, ...shown } = state.output;
	assertShowable({ ...shown, facts: state.facts });
}
