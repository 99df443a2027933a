import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromJson } from '../../../../lib/base/data/json';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { jobRecord, readRecordOf } from '../../../../lib/generation/record/record';
import { readRecord } from '../../../../lib/storage/video/recordedKeys';
import { request, run, world } from '../../../lib/generation/run/generationWorld';
import { fuzzTarget } from '../../target';
import { bodies, jsonValues } from '../../values';

const RECORD_KEY = 'u/a/idle.mp4.job.json';

const times = fc.oneof(
	fc.integer({ min: 0, max: 2_000_000 }),
	fc.constantFrom<unknown>(null, -1, 0, 8.64e15, 1e300, '5'),
);
const ids = fc.oneof(fc.constantFrom<unknown>('job-0', 'a', null, '..', '../x', ''), jsonValues);
const fields = {
	version: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: jsonValues }),
	state: fc.constantFrom<unknown>('intent', 'unsent', 'submitted', 'finished', 'done', 1),
	delivered: fc.oneof(fc.boolean(), jsonValues),
	lost: fc.oneof(fc.boolean(), jsonValues),
	fingerprint: fc.oneof(fc.constant('f'), jsonValues),
	execution_id: ids,
	endpoint_id: fc.oneof(fc.constant('endpoint1'), ids),
	job_id: ids,
	earlier_job_ids: jsonValues,
	input_keys: fc.oneof(jsonValues, fc.array(fc.string())),
	intended_at_ms: times,
	submitted_at_ms: times,
	followed_at_ms: times,
	suspended_until_ms: times,
	ttl_ms: times,
	recorded_at_ms: times,
	output: jsonValues,
	run: jsonValues,
	failure: jsonValues,
};
const whole = {
	version: 1,
	state: 'submitted',
	delivered: false,
	fingerprint: 'f',
	execution_id: 'a',
	endpoint_id: 'endpoint1',
	job_id: 'job-0',
	intended_at_ms: 1,
	submitted_at_ms: 2,
	recorded_at_ms: null,
};
/** A record in which some fields are odd: with all of them so, none would pass. */
const written = fc
	.tuple(fc.record(fields), fc.subarray(Object.keys(fields), { maxLength: 4 }))
	.map(([odd, names]) => ({
		...whole,
		...Object.fromEntries(Object.entries(odd).filter(([name]) => names.includes(name))),
	}));

/** What is read of any bytes can be written and read again; a video's keys are its own uploads alone. */
export const records = fuzzTarget(
	'records',
	fc.asyncProperty(bodies(written), async (text) => {
		const stored = { tag: 'there', text, etag: 'e', lastModifiedMs: 3 } as const;
		const bucket = { getText: async () => await Promise.resolve(stored) };
		const record = await readRecordOf('u/a/idle.mp4', bucket);
		if (record) {
			const again = { ...stored, text: JSON.stringify(record) };
			const other = { getText: async () => await Promise.resolve(again) };
			assert.equal(JSON.stringify(await readRecordOf('u/a/idle.mp4', other)), again.text);
			assert.match(record.job_id ?? 'none', /^[\w.:~-]+$/);
			assert.ok(record.job_id !== '..' && record.job_id !== '.');
		}
		const read = await readRecord(bucket, RECORD_KEY);
		assert.equal(read.tag, 'there');
		for (const key of read.keys.inputKeys)
			assert.match(key, /^(input-avatars|driving-videos)\/[^/]+\/[^/]+\/[0-9a-f]{64}\.\w+$/);
	}),
);

/** One item, for which another execution has left these bytes where its record would stand. */
async function generated(text: string) {
	const w = world();
	w.objects.set(RECORD_KEY, { text, atMs: w.clock.now() });
	const [end] = await run(w, [request({ timeoutMs: 600_000 })], { executionId: 'later' });
	return { w, end, submits: w.events.filter((event) => event === 'submit').length };
}

/** Bytes that are no record stop an item before it is paid for, with words about the record. */
export const unreadableRecords = fuzzTarget(
	'no record where one would stand',
	fc.asyncProperty(bodies(written), async (text) => {
		fc.pre(!jobRecord.safeParse(fromJson(text)).success);
		const { end, submits } = await generated(text);
		assert.equal(submits, 0);
		assert.ok(end && 'error' in end && end.error instanceof WanAvatarError);
		assert.equal(end.error.message, `The job record ${RECORD_KEY} cannot be read`);
	}),
	{ weight: 2 },
);

let ours: Promise<string> | undefined;

/** The record that an execution leaves when it is killed after its submit. */
async function ownRecord(): Promise<string> {
	const w = world();
	let text = '';
	const putText: typeof w.bucket.putText = async (key, content, ...rest) => {
		if (content.includes('"submitted"')) text ||= content;
		return await w.bucket.putText(key, content, ...rest);
	};
	const bucket = { ...w.bucket, putText, within: () => bucket };
	await run(w, [request()], { bucket });
	if (text === '') throw new Error('No record was written');
	return text;
}

const oddFields = fc.record(fields, { requiredKeys: [] });

/** Whatever of the record of a running job is changed but whose it is, the job is not paid a second time. */
export const changedRecords = fuzzTarget(
	'record of a running job',
	fc.asyncProperty(oddFields, async (changes) => {
		const { fingerprint, job_id, endpoint_id, state, delivered, lost, failure, ...harmless } =
			changes;
		fc.pre(harmless.intended_at_ms !== 0);
		const record: unknown = JSON.parse(await (ours ??= ownRecord()));
		const text = JSON.stringify(Object.assign({}, record, harmless));
		const { submits } = await generated(text);
		const isOld = [harmless.ttl_ms].some((ms) => typeof ms === 'number' && ms < 1_000_000);
		assert.ok(submits === 0 || isOld, 'the job was paid again');
	}),
	{ weight: 2 },
);
