import { MAX_RUN_BODY_BYTES } from '../base/data/base64';
import { InvalidInput, type InputFault } from '../base/errors/invalidInput';
import {
	jobInputFields,
	MOTION_FIELDS,
	PORTRAIT_FIELDS,
	type ContractField,
	type JobInput,
} from './jobInput';
import { fillObjectKey, ownerId, type KeyOwner } from './objectKey';
import { plainTemplateId, templateIdsOf, writtenKeys, type KeyUse } from './overwritten';
import { text } from '../base/data/text';

type Given = Readonly<Record<string, unknown>>;

/** What belongs to a request, but does not stand in the input that is checked. */
export interface Beside {
	/** Fields whose content is put in when the request is sent, or that have a fault of their own. */
	fields: readonly ContractField[];
	/** Of the request's body. */
	sizeBytes: number;
	/** Changes an output key once the IDs are filled in. */
	rename: (key: string) => string;
}

// Webhook and policy take less than this as a rule; who knows them says so.
const ENVELOPE_BYTES = 8 * 1024;
const NOTHING_BESIDE: Beside = { fields: [], sizeBytes: ENVELOPE_BYTES, rename: (key) => key };

/** What was found, and the input as it will be sent where nothing is wrong with it. */
export interface CheckedInput {
	faults: InputFault[];
	input: JobInput | undefined;
}

/** Checks one job input against the contract, all of it at once; `<user_id>` and `<avatar_id>` are filled in first. */
export function checkJobInput(given: Given, beside: Beside): CheckedInput {
	const filled = withFilledKeys(given, beside.rename);
	const { data, error } = jobInputFields.safeParse(filled);
	const faults = [
		...(error ? InvalidInput.from(error).faults : []),
		...countFaults(filled, beside.fields, PORTRAIT_FIELDS, 'portrait'),
		...countFaults(filled, beside.fields, MOTION_FIELDS, 'driving video'),
		...keyFaults(filled),
	];
	// A field that is too large by itself says so.
	if (!faults.some(({ field }) => field.endsWith('_base64')))
		faults.push(...sizeFaults(filled, beside.sizeBytes));
	return { faults, input: faults.length === 0 ? data : undefined };
}

/**
 * Checks one job input against the contract and returns it as it will be sent.
 * @throws InvalidInput naming every field that is wrong
 */
export function parseJobInput(given: Given): JobInput {
	const { faults, input } = checkJobInput(given, NOTHING_BESIDE);
	if (!input) throw new InvalidInput(faults);
	return input;
}

/** Whose avatar it is, for keys; an ID that is wrong, which is told by itself, is as good as any other. */
export function keyOwner({ user_id, avatar_id }: Given): KeyOwner {
	const idOf = (id: unknown) => ownerId.safeParse(id).data ?? 'id';
	return { user_id: idOf(user_id), avatar_id: idOf(avatar_id) };
}

function withFilledKeys(given: Given, rename: (key: string) => string): Given {
	const owner = keyOwner(given);
	const filled = (key: unknown) => {
		const { data: template } = text.safeParse(key);
		return template === undefined || template === '' ? key : rename(fillObjectKey(template, owner));
	};
	return {
		...given,
		...('output_video_key' in given ? { output_video_key: filled(given.output_video_key) } : {}),
		...('output_thumbnail_key' in given
			? { output_thumbnail_key: filled(given.output_thumbnail_key) }
			: {}),
	};
}

function countFaults(
	input: Given,
	beside: readonly ContractField[],
	names: readonly ContractField[],
	what: string,
): InputFault[] {
	const given = names.filter((name) => input[name] !== undefined || beside.includes(name));
	if (given.length === 1) return [];
	const message =
		given.length === 0
			? `No ${what} is given: give exactly one of ${names.join(', ')}`
			: `More than one ${what} is given (${given.join(', ')}): give exactly one`;
	return [{ field: '', message }];
}

/** What a job would overwrite of its own: the worker, or the record, is to leave the user's files alone. */
function keyFaults(input: Given): InputFault[] {
	const use = keyUseOf(input);
	const faults = writtenKeys(use).flatMap(([field, key]) => {
		const read = readAs(key, use);
		if (read === undefined) return [];
		const subject = key === use[field] ? 'is' : `has its record at ${key}, which is`;
		return [{ field, message: `${subject} ${read}, which would be overwritten: give another key` }];
	});
	if (use.output_video_key !== undefined && use.output_video_key === use.output_thumbnail_key)
		faults.push({
			field: 'output_thumbnail_key',
			message: 'is also the key of the video: give the thumbnail a key of its own',
		});
	return faults;
}

/** What of the job's inputs lies under a key, in words. */
function readAs(key: string, use: KeyUse): string | undefined {
	if (key === use.image_minio_path) return 'also the key of the portrait (image_minio_path)';
	if (key === use.driving_video_path)
		return 'also the key of the driving video (driving_video_path)';
	if (use.template_id === undefined) return undefined;
	return templateIdsOf(key).includes(plainTemplateId(use.template_id))
		? `where template ${use.template_id} may lie (template_id)`
		: undefined;
}

function keyUseOf(input: Given): KeyUse {
	const textOf = (field: ContractField) => text.safeParse(input[field]).data;
	return {
		output_video_key: textOf('output_video_key'),
		output_thumbnail_key: textOf('output_thumbnail_key'),
		image_minio_path: textOf('image_minio_path'),
		driving_video_path: textOf('driving_video_path'),
		template_id: textOf('template_id'),
	};
}

function sizeFaults(input: Given, besideBytes: number): InputFault[] {
	const sizeBytes = Buffer.byteLength(JSON.stringify(input)) + besideBytes;
	if (sizeBytes <= MAX_RUN_BODY_BYTES) return [];
	const message =
		'The request is larger than the 10 MB that RunPod takes: put the files into MinIO and give their paths';
	return [{ field: '', message }];
}
