import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isJsonObject } from '../../../../lib/base/data/json';
import { OUTPUT_NAMES } from '../../../../lib/contract/jobOutput';
import { readJob } from '../../../../lib/runpod/queue/job';
import { fuzzTarget } from '../../target';

const key = fc
	.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,3}\.mp4$/)
	.filter((text) => text.length < 60);
const odd = fc.jsonValue({ depthSize: 'small' });

/** What the contract has of a finished job, each by itself good or odd. */
const beside = fc.record(
	{
		video_url: odd,
		thumbnail_key: odd,
		thumbnail_url: odd,
		fps: odd,
		width: odd,
		height: odd,
	},
	{ requiredKeys: [] },
);
const more = fc
	.dictionary(fc.string({ maxLength: 20 }), odd, { maxKeys: 5 })
	.map((fields) =>
		Object.fromEntries(Object.entries(fields).filter(([name]) => !OUTPUT_NAMES.includes(name))),
	);

/** A job that names its video is finished, whatever stands beside the name; and what is unknown passes through. */
export const paidResults = fuzzTarget(
	'paid results',
	fc.property(key, beside, more, (minio_key, named, others) => {
		const output = { ...others, ...named, minio_key };
		const text = JSON.stringify({ id: 'job-1', status: 'COMPLETED', output });
		const state = readJob('job-1', { status: 200, text }, 0, ['another secret']);
		assert.equal(state.tag, 'completed');
		assert.equal(state.output.minio_key, minio_key);
		assert.deepEqual(state.output.more, plain(others));
		for (const number of [state.output.fps, state.output.width, state.output.height])
			assert.ok(number === null || number > 0);
		for (const link of [state.output.video_url, state.output.thumbnail_url])
			assert.ok(link === null || URL.canParse(link));
	}),
);

/** As it comes over the wire, without the one name that no copy may have. */
function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (!isJsonObject(value)) return Object.is(value, -0) ? 0 : value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => name !== '__proto__')
			.map(([name, field]) => [name, plain(field)]),
	);
}

const link = fc
	.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true })
	.map((url) => `${url.split('?')[0] ?? ''}/video.mp4`);
const PLACES = ['video', 'output', 'result', 'videos', 'data', 'url', 'files'] as const;

/** An address of a video is found where a worker may put it, up to five names deep. */
export const placedLinks = fuzzTarget(
	'links of workers',
	fc.property(
		link,
		fc.array(fc.constantFrom(...PLACES), { minLength: 1, maxLength: 4 }),
		fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
		(video_url, path, isListed) => {
			const output = path.reduceRight<unknown>(
				(value, name, level) => ({ [name]: isListed[level] ? [value] : value }),
				video_url,
			);
			const levels = path.length + path.filter((_name, level) => isListed[level]).length;
			fc.pre(levels <= 5);
			const text = JSON.stringify({ id: 'job-1', status: 'COMPLETED', output });
			const state = readJob('job-1', { status: 200, text }, 0, []);
			assert.equal(state.tag, 'completed');
			assert.equal(state.output.video_url, video_url);
		},
	),
);
