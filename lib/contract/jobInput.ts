import * as z from 'zod/v4';
import { base64Body, base64Fault } from '../base/data/base64';
import { noFault } from '../base/errors/noFault';
import { inputKey, outputKey, outputVideoKey, ownerId } from './objectKey';
import { shareLinkFault } from './shareLink';
import { text } from '../base/data/text';

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
	return shareLinkFault(url);
}

const base64 = text.check(noFault(base64Fault)).transform(base64Body);

const templateId = trimmed
	.refine((value) => value !== '', 'is empty: give the ID of a driving-video template')
	.refine((value) => !/\p{Cc}/u.test(value), 'holds a control character: remove it');

const contractFields = {
	user_id: ownerId,
	avatar_id: ownerId,
	image_minio_path: inputKey.optional(),
	image_url: httpUrl.optional(),
	image_base64: base64.optional(),
	driving_video_path: inputKey.optional(),
	driving_video_url: httpUrl.optional(),
	driving_video_base64: base64.optional(),
	template_id: templateId.optional(),
	output_video_key: outputVideoKey.optional(),
	output_thumbnail_key: outputKey.optional(),
	prompt: text.optional(),
	negative_prompt: text.optional(),
};

export type ContractField = keyof typeof contractFields;

export function isContractField(name: string): name is ContractField {
	return Object.hasOwn(contractFields, name);
}

/** The fields of a job's `input`, each by itself; unknown ones pass through, for workers newer than this package. */
export const jobInputFields = z.looseObject(contractFields);

/** The `input` of a job as the worker's contract has it. */
export type JobInput = z.output<typeof jobInputFields>;
