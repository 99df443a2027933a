import { createReadStream, statSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { InvalidInput } from '../../lib/base/errors/invalidInput';
import type { ContractField } from '../../lib/contract/jobInput';
import type { GivenFile } from '../../lib/generation/request/requestFiles';

/** One input of a job as it was given: a field of the contract, or a file of this machine. */
export interface RunInput {
	fields: Partial<Record<ContractField, string>>;
	file?: GivenFile;
	/** What messages call each field that it may fill. */
	labels: ReadonlyMap<string, string>;
}

interface InputKind {
	flag: string;
	urlField: ContractField;
	pathField: ContractField;
	base64Field: ContractField;
}

const KINDS = {
	image: {
		flag: '--image',
		urlField: 'image_url',
		pathField: 'image_minio_path',
		base64Field: 'image_base64',
	},
	video: {
		flag: '--video',
		urlField: 'driving_video_url',
		pathField: 'driving_video_path',
		base64Field: 'driving_video_base64',
	},
} as const satisfies Record<string, InputKind>;

const KEY_PREFIX = 'minio:';

/**
 * Reads what an input was given as: an address, a key of the bucket (`minio:<key>`), a file of this machine, or, where
 * the bucket can be asked, what is none of these as a key.
 * @throws InvalidInput where it is none of them
 */
export function readInput(kind: keyof typeof KINDS, given: string, hasBucket: boolean): RunInput {
	const { flag, urlField, pathField, base64Field } = KINDS[kind];
	const text = given.trim();
	const labels = (pathLabel: string) =>
		new Map<string, string>([
			[urlField, flag],
			[pathField, pathLabel],
			[base64Field, flag],
		]);
	if (/^https?:\/\//i.test(text)) return { fields: { [urlField]: text }, labels: labels(flag) };
	if (text.startsWith(KEY_PREFIX))
		return { fields: { [pathField]: text.slice(KEY_PREFIX.length) }, labels: labels(flag) };
	const found = lookAt(text);
	if (found?.isFile()) return { fields: {}, file: fileOf(flag, text), labels: labels(flag) };
	// A slip in the name of a file would else be paid for, and fail on the worker.
	if (found || !hasBucket || isPathOnly(text))
		throw new InvalidInput([noInput(flag, text, found !== undefined)]);
	return { fields: { [pathField]: text }, labels: labels(`${flag}, which is no file here,`) };
}

/** What is under a path; nothing where there is nothing, or it can be no path. */
export function lookAt(path: string): Stats | undefined {
	try {
		return statSync(path, { throwIfNoEntry: false });
	} catch {
		return undefined;
	}
}

/** What no key of a bucket looks like. */
function isPathOnly(text: string): boolean {
	return text === '' || /^[./~]|^[a-z]:|\\/i.test(text);
}

function noInput(flag: string, text: string, isThere: boolean) {
	const why = isThere ? 'is no file' : 'does not exist';
	return {
		field: flag,
		message: text === '' ? 'is empty' : `names "${text}", which ${why}`,
		remedy: `Give a file, an https:// address, or ${KEY_PREFIX}<key> for a file in the worker's bucket.`,
	};
}

function fileOf(field: string, path: string): GivenFile {
	const open = async () => Promise.resolve(createReadStream(path));
	return { field, file: { value: { name: basename(path), open } } };
}
