import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endIn, isSameEnd } from '../../../../lib/generation/callback/jobEnd';
import { createEndNotes } from '../../../../lib/generation/callback/endNotes';
import { namedJob } from '../../../../lib/generation/suspend/callbackBody';
import { readJob } from '../../../../lib/runpod/queue/job';
import { readHealth } from '../../../../lib/runpod/queue/health';
import { fuzzTarget } from '../../target';
import { assertShowable, bodies, jsonValues } from '../../values';

const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT'] as const;
const statuses = fc.oneof(fc.constantFrom(...ENDS, 'IN_PROGRESS'), jsonValues);
const calls = fc.record(
	{ id: fc.oneof(fc.constant('job-1'), jsonValues), status: statuses, output: jsonValues },
	{ requiredKeys: [] },
);

/** Anybody may call: a body names a job or none, and notes that somebody else saved never hide an end that is new. */
export const callbacks = fuzzTarget(
	'callbacks',
	fc.property(fc.oneof(calls, jsonValues), jsonValues, (body, savedNotes) => {
		const named = namedJob(body);
		if (named) {
			assert.ok(named.jobId.length <= 200);
			assert.equal(typeof named.isSaidToHaveEnded, 'boolean');
		}
		const text = JSON.stringify({ id: 'job-1', status: 'FAILED', executionTime: 5 });
		const end = endIn(readJob('job-1', { status: 200, text }, 0));
		if (!end) throw new Error('FAILED is an end');
		assert.ok(isSameEnd(end, end));
		const notes = createEndNotes(() => 1_000_000);
		notes.read(savedNotes);
		assert.ok(!notes.has('job-1', end));
		const takeBack = notes.add('job-1', end);
		assert.ok(notes.has('job-1', end));
		const saved = createEndNotes(() => 1_000_000);
		saved.read(JSON.parse(JSON.stringify(notes.all())));
		assert.ok(saved.has('job-1', end));
		takeBack();
		assert.ok(!notes.has('job-1', end));
	}),
);

const counts = fc.record(
	{ completed: jsonValues, failed: jsonValues, inProgress: jsonValues, inQueue: jsonValues },
	{ requiredKeys: [] },
);
const health = fc.record({ jobs: counts, workers: jsonValues }, { requiredKeys: [] });

/** The body of `/health` gives counts, or nothing. */
export const healthBodies = fuzzTarget(
	'health',
	fc.property(bodies(health), (text) => {
		const read = readHealth(text);
		if (!read) return;
		assertShowable(read);
		for (const count of [...Object.values(read.jobs), ...Object.values(read.workers)])
			assert.ok(count >= 0);
	}),
);
