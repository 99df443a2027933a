import * as z from 'zod/v4';
import { isInlineFile } from '../base/data/inlineText';
import { isJsonObject, type JsonObject, type JsonRecord } from '../base/data/json';
import { createJsonCopier, type JsonCopier } from '../base/data/jsonCopy';

// No key or address is longer; what is may be the file itself.
const MAX_TEXT_LENGTH = 64 * 1024;
const MAX_DIGITS = 30;

const words = z
	.string()
	.max(MAX_TEXT_LENGTH)
	.refine((value) => value.trim() !== '' && !isInlineFile(value));
const text = words.nullish().catch(undefined);
// Workers write paths, "None" and worse where there is no address.
const link = words
	.refine((value) => /^\s*https?:\/\//i.test(value) && URL.canParse(value))
	.nullish()
	.catch(undefined);
const number = z
	.union([z.number(), z.string().max(MAX_DIGITS).transform(Number)])
	.pipe(z.number().positive())
	.nullish()
	.catch(undefined);

/** What the worker says of a finished job, read loosely: a missing or odd field never costs a paid result. */
const named = z.object({
	minio_key: text,
	video_url: link,
	thumbnail_key: text,
	thumbnail_url: link,
	fps: number,
	width: number,
	height: number,
});

/** The contract's fields of an output. */
export const OUTPUT_NAMES: readonly string[] = Object.keys(named.shape);

/** Whether an output says by the contract's names where its video lies. */
export function isNamed(output: JsonObject): boolean {
	const { data } = named.safeParse(output);
	return Boolean(data?.minio_key ?? data?.video_url);
}

export interface JobOutput {
	minio_key: string | null;
	video_url: string | null;
	thumbnail_key: string | null;
	thumbnail_url: string | null;
	fps: number | null;
	width: number | null;
	height: number | null;
	/** Fields of a newer worker, passed through. */
	more: JsonRecord;
}

/**
 * The worker's output, or nothing when it names no video at all. What the copier masks is masked in its links too; a
 * key stays as it is, since the file is found by it.
 */
export function readJobOutput(
	output: unknown,
	copier: JsonCopier = createJsonCopier(),
): JobOutput | undefined {
	if (!isJsonObject(output)) return undefined;
	const { success, data } = named.safeParse(output);
	const masked = (url: string | null | undefined) => (url ? link.parse(copier.copy(url)) : null);
	if (!success || (!data.minio_key && !data.video_url)) return undefined;
	return {
		minio_key: data.minio_key ?? null,
		video_url: masked(data.video_url) ?? null,
		thumbnail_key: data.thumbnail_key ?? null,
		thumbnail_url: masked(data.thumbnail_url) ?? null,
		fps: data.fps ?? null,
		width: data.width ?? null,
		height: data.height ?? null,
		more: copier.copyFields(output, OUTPUT_NAMES),
	};
}
