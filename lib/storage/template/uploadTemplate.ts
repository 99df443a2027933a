import type { Readable } from 'node:stream';
import { AccessDenied } from '../../base/errors/accessDenied';
import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import { objectKey } from '../../contract/objectKey';
import type { Bucket } from '../objects/bucket';
import { contentTypeOf, isVideoKey, withoutExtension } from '../objects/fileName';
import { findTemplate, isTemplateKey, type Template } from './templates';

/** A video whose type and size are known. */
export interface VideoFile {
	contentType: string;
	sizeBytes: number;
	open: () => Promise<Readable>;
}

/** Where it goes; `path` is what the form gives. */
export interface Destination {
	path: unknown;
	prefix: string;
	overwrite: boolean;
}

/**
 * Puts a driving video where it is a template.
 * @throws WanAvatarError INVALID_INPUT, VIDEO_EXISTS, STORAGE
 */
export async function uploadTemplate(
	bucket: Bucket,
	{ contentType, sizeBytes, open }: VideoFile,
	{ path, prefix, overwrite }: Destination,
): Promise<Template> {
	const key = keyOf(path, prefix, contentType);
	if (!overwrite) await assertFree(bucket, key);
	await bucket.put(key, await open(), sizeBytes, contentType);
	try {
		return await findTemplate(bucket, { path: key }, prefix);
	} catch (error) {
		// It is stored: that it may not be looked at costs no more than its facts.
		if (!(error instanceof AccessDenied)) throw error;
		const untold = { etag: '', lastModifiedMs: NaN };
		return { key, sizeBytes, ...untold, templateId: withoutExtension(key) };
	}
}

/** What may not be looked at may be there, and would be lost. */
async function assertFree(bucket: Pick<Bucket, 'stat'>, key: string): Promise<void> {
	const { tag } = await bucket.stat(key);
	const details = { driving_video_path: key };
	if (tag === 'there')
		throw new WanAvatarError('VIDEO_EXISTS', `There is a template "${key}" already`, {
			remedy: 'Give another Template Path, or add the option Overwrite.',
			details,
		});
	if (tag !== 'missing')
		throw new WanAvatarError(
			'STORAGE',
			`The access key may not see whether there is a template "${key}" already`,
			{
				remedy:
					'Nothing was uploaded. Give the key a policy that allows s3:GetObject and s3:ListBucket, or add the option Overwrite.',
				details,
			},
		);
}

/**
 * Checks what can be known of a path before the file is read.
 * @throws InvalidInput
 */
export function checkTemplatePath(path: unknown, prefix: string): void {
	const key = parsePath(path);
	assertPlace(isVideoKey(key) ? key : `${key}.mp4`, prefix);
}

function keyOf(path: unknown, prefix: string, contentType: string): string {
	const given = parsePath(path);
	const key = isVideoKey(given) ? given : `${given}${extensionFor(contentType)}`;
	if (contentTypeOf(key) !== contentType)
		throw invalidPath([
			`ends with another type than the file has, which is ${contentType}: end it with ${extensionFor(contentType)}`,
		]);
	assertPlace(key, prefix);
	return key;
}

function parsePath(path: unknown): string {
	const parsed = objectKey.safeParse(path);
	if (parsed.success) return parsed.data;
	throw invalidPath(parsed.error.issues.map(({ message }) => message));
}

function assertPlace(key: string, prefix: string): void {
	if (!key.startsWith(prefix)) throw invalidPath([`must begin with Template Prefix "${prefix}"`]);
	if (!isTemplateKey(key, prefix))
		throw invalidPath(['lies in a folder for results or inputs of jobs: choose another folder']);
}

function extensionFor(contentType: string): string {
	const extensions = ['.mp4', '.mov', '.webm'];
	return extensions.find((extension) => contentTypeOf(extension) === contentType) ?? '';
}

function invalidPath(messages: string[]): InvalidInput {
	return new InvalidInput(messages.map((message) => ({ field: 'Template Path', message })));
}
