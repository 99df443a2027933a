import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import {
	isContractField,
	MOTION_FIELDS,
	PORTRAIT_FIELDS,
	type ContractField,
} from '../../../../lib/contract/jobInput';
import { parseJobInput } from '../../../../lib/contract/parseJobInput';
import { fuzzTarget } from '../../target';
import { jsonValues } from '../../values';

const ids = fc.oneof(fc.stringMatching(/^[\w<>{}.-]{1,12}$/), fc.string(), fc.integer());
const keys = fc.oneof(
	fc.stringMatching(/^[a-z<>_/.]{1,20}$/),
	fc.constantFrom('<user_id>/<avatar_id>/idle.mp4', 'a/b.png', '<user_id>', 'a.mp4.job.json'),
	fc.string({ unit: 'binary' }),
);
const links = fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string());
const base64 = fc.oneof(fc.base64String(), fc.string());
const anything = (usual: fc.Arbitrary<unknown>) =>
	fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: jsonValues });

const fields: Record<ContractField, fc.Arbitrary<unknown>> = {
	user_id: anything(ids),
	avatar_id: anything(ids),
	image_minio_path: anything(keys),
	image_url: anything(links),
	image_base64: anything(base64),
	driving_video_path: anything(keys),
	driving_video_url: anything(links),
	driving_video_base64: anything(base64),
	template_id: anything(ids),
	output_video_key: anything(keys),
	output_thumbnail_key: anything(keys),
	prompt: anything(fc.string({ unit: 'binary' })),
	negative_prompt: anything(fc.string()),
};

/** Mostly whole: of all fields together few would pass. */
const given = fc
	.tuple(
		fc.record({ user_id: fields.user_id, avatar_id: fields.avatar_id }),
		fc.subarray([...PORTRAIT_FIELDS], { minLength: 1, maxLength: 1 }),
		fc.subarray([...MOTION_FIELDS], { minLength: 1, maxLength: 1 }),
		fc.record(fields),
		fc.subarray(['output_video_key', 'output_thumbnail_key', 'prompt', 'image_url'] as const),
		fc.dictionary(fc.string(), jsonValues, { maxKeys: 3 }),
	)
	.map(([owner, portrait, motion, all, optional, more]) => ({
		...Object.fromEntries(Object.entries(more).filter(([name]) => !isContractField(name))),
		...owner,
		...Object.fromEntries([...portrait, ...motion, ...optional].map((name) => [name, all[name]])),
	}));

/** What is sent keeps the rules of the contract, whatever was given; what breaks them is named, and nothing else is thrown. */
export const jobInputs = fuzzTarget(
	'job inputs',
	fc.property(given, (raw) => {
		const input = parsed(raw);
		if (!input) return;
		assert.deepEqual(parseJobInput(input), input);
		assert.equal(PORTRAIT_FIELDS.filter((name) => input[name] !== undefined).length, 1);
		assert.equal(MOTION_FIELDS.filter((name) => input[name] !== undefined).length, 1);
		for (const [name, value] of Object.entries(input))
			if (isContractField(name)) assert.doesNotMatch(String(value), /\p{Surrogate}/u);
		for (const name of ['image_url', 'driving_video_url'] as const)
			if (input[name] !== undefined) assert.match(new URL(input[name]).protocol, /^https?:$/);
		for (const name of ['image_base64', 'driving_video_base64'] as const)
			if (input[name] !== undefined)
				assert.equal(
					Buffer.from(input[name], 'base64').toString('base64').length,
					input[name].length,
				);
		// zod leaves out what would be a prototype.
		for (const [name, value] of Object.entries(raw))
			if (!isContractField(name) && name !== '__proto__') assert.deepEqual(input[name], value);
		assertKeys(input);
	}),
);

function parsed(raw: Readonly<Record<string, unknown>>) {
	try {
		return parseJobInput(raw);
	} catch (error) {
		if (!(error instanceof InvalidInput)) throw error;
		assert.ok(error.faults.length > 0 && error.message.length > 0);
		assert.doesNotMatch(error.message, /[^\P{Cc}]/u);
		return undefined;
	}
}

/** No job writes over its own inputs, its record, or outside of its folders. */
function assertKeys(input: ReturnType<typeof parseJobInput>): void {
	const { output_video_key: video, output_thumbnail_key: thumbnail } = input;
	const read = [input.image_minio_path, input.driving_video_path];
	const written = [video, thumbnail, video && `${video}.job.json`].filter(
		(key) => key !== undefined,
	);
	assert.equal(new Set(written).size, written.length);
	for (const key of written) {
		assert.ok(!read.includes(key), `${key} is written and read`);
		assert.doesNotMatch(key, /<(user_id|avatar_id)>/);
		assert.ok(!key.split('/').some((segment) => ['', '.', '..'].includes(segment)));
		assert.ok(Buffer.byteLength(key) <= 1024);
	}
}
