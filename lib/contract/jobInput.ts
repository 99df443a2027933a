import * as z from 'zod/v4';
import { base64Body, base64Fault, MAX_RUN_BODY_BYTES } from './base64';
import { noFault } from './noFault';
import { fillObjectKey, objectKey, pathSegment } from './objectKey';
import { text } from './text';

/** The ways to give the portrait: exactly one is sent. */
export const PORTRAIT_FIELDS = ['image_minio_path', 'image_url', 'image_base64'] as const;

/** The ways to give the motion: the worker takes at least one, this package sends exactly one. */
export const MOTION_FIELDS = [
	'driving_video_path',
	'driving_video_url',
	'driving_video_base64',
	'template_id',
] as const;

const trimmed = text.transform((value) => value.trim());

const httpUrl = trimmed.check(noFault(httpUrlFault));

function httpUrlFault(url: string): string | undefined {
	if (url === '') return 'is empty: give an address that starts with http:// or https://';
	if (!URL.canParse(url)) return 'is not a URL: give an address that starts with https://';
	if (!/^https?:$/.test(new URL(url).protocol))
		return 'must be an http:// or https:// address: the worker can fetch nothing else';
	return undefined;
}

const base64 = text.check(noFault(base64Fault)).transform(base64Body);

const templateId = trimmed
	.refine((value) => value !== '', 'is empty: give the ID of a driving-video template')
	.refine((value) => !/\p{Cc}/u.test(value), 'holds a control character: remove it');

const contractFields = {
	user_id: pathSegment,
	avatar_id: pathSegment,
	image_minio_path: objectKey.optional(),
	image_url: httpUrl.optional(),
	image_base64: base64.optional(),
	driving_video_path: objectKey.optional(),
	driving_video_url: httpUrl.optional(),
	driving_video_base64: base64.optional(),
	template_id: templateId.optional(),
	output_video_key: objectKey.optional(),
	output_thumbnail_key: objectKey.optional(),
	prompt: text.optional(),
	negative_prompt: text.optional(),
};

export type ContractField = keyof typeof contractFields;

export function isContractField(name: string): name is ContractField {
	return Object.hasOwn(contractFields, name);
}

/**
 * The `input` of a job as the worker's contract has it. Unknown fields pass through, for workers newer than this
 * package; output keys may hold `<user_id>` and `<avatar_id>`.
 */
export const jobInput = z
	.looseObject(contractFields)
	.check(noFault((input) => countFault(input, PORTRAIT_FIELDS, 'portrait')))
	.check(noFault((input) => countFault(input, MOTION_FIELDS, 'driving video')))
	.transform(withFilledKeys)
	.check(noFault(sameKeyFault, ['output_thumbnail_key']))
	.check(noFault(sizeFault));

export type JobInput = z.output<typeof jobInput>;

function countFault(
	input: Record<string, unknown>,
	names: readonly string[],
	what: string,
): string | undefined {
	const given = names.filter((name) => input[name] !== undefined);
	if (given.length === 0) return `No ${what} is given: give exactly one of ${names.join(', ')}`;
	if (given.length === 1) return undefined;
	return `More than one ${what} is given (${given.join(', ')}): give exactly one`;
}

type CheckedFields = z.output<z.ZodObject<typeof contractFields, z.core.$loose>>;

function withFilledKeys(input: CheckedFields): CheckedFields {
	const filled = { ...input };
	if (input.output_video_key !== undefined)
		filled.output_video_key = fillObjectKey(input.output_video_key, input);
	if (input.output_thumbnail_key !== undefined)
		filled.output_thumbnail_key = fillObjectKey(input.output_thumbnail_key, input);
	return filled;
}

function sameKeyFault({
	output_video_key,
	output_thumbnail_key,
}: CheckedFields): string | undefined {
	if (output_video_key === undefined || output_video_key !== output_thumbnail_key) return undefined;
	return 'is also the key of the video: give the thumbnail a key of its own';
}

// The envelope, webhook and policy take less than this.
const ENVELOPE_BYTES = 8 * 1024;

function sizeFault(input: CheckedFields): string | undefined {
	const sizeBytes = new TextEncoder().encode(JSON.stringify(input)).length + ENVELOPE_BYTES;
	if (sizeBytes <= MAX_RUN_BODY_BYTES) return undefined;
	return 'The request is larger than the 10 MB that RunPod takes: put the files into MinIO and give their paths';
}
