import * as z from 'zod/v4';
import { isInlineFile } from '../base/data/inlineText';
import { isJsonObject, type Json, type JsonObject, type JsonRecord } from '../base/data/json';
import { createJsonCopier, type JsonCopier } from '../base/data/jsonCopy';

// No key or address is longer; what is may be the file itself.
const MAX_TEXT_LENGTH = 64 * 1024;
const MAX_DIGITS = 30;

const words = z
	.string()
	.max(MAX_TEXT_LENGTH)
	.refine((value) => value.trim() !== '' && !isInlineFile(value));
/** An object's key: it stays as it is, since the file is found by it. */
const key = words
	.nullish()
	.catch(null)
	.transform((value) => value ?? null);
// Workers write paths, "None" and worse where there is no address.
const link = words
	.refine((value) => /^\s*https?:\/\//i.test(value) && URL.canParse(value))
	.nullish()
	.catch(null)
	.transform((value) => value ?? null);
const number = z
	.union([z.number(), z.string().max(MAX_DIGITS).transform(Number)])
	.pipe(z.number().positive())
	.nullish()
	.catch(null)
	.transform((value) => value ?? null);

/**
 * What the worker says of a finished job, read loosely: a missing or odd field never costs a paid result. The one list of
 * these fields; each is one of the report's, too.
 */
const named = z.object({
	minio_key: key,
	video_url: link,
	thumbnail_key: key,
	thumbnail_url: link,
	fps: number,
	width: number,
	height: number,
});

/** The contract's fields of an output. */
export const OUTPUT_NAMES: readonly string[] = Object.keys(named.shape);

/** A field of the report that the worker's output fills. */
export type WorkerField = keyof typeof named.shape;

const namesOf = (kind: z.ZodType): ReadonlySet<string> =>
	new Set(Object.entries(named.shape).flatMap(([name, schema]) => (schema === kind ? [name] : [])));

const KEYS = namesOf(key);
const LINKS = namesOf(link);

/** Whether an output says by the contract's names where its video lies. */
export function isNamed(output: JsonObject): boolean {
	const { data } = named.safeParse(output);
	return Boolean(data?.minio_key ?? data?.video_url);
}

export type JobOutput = z.output<typeof named> & {
	/** Fields of a newer worker, passed through. */
	more: JsonRecord;
};

/**
 * The worker's output, or nothing when it names no video at all. What the copier masks is masked in its texts too; a
 * key stays as it is, since the file is found by it.
 */
export function readJobOutput(
	output: unknown,
	copier: JsonCopier = createJsonCopier(),
): JobOutput | undefined {
	if (!isJsonObject(output)) return undefined;
	const { success, data } = named.safeParse(output);
	if (!success || (!data.minio_key && !data.video_url)) return undefined;
	const masked = Object.entries(data).flatMap(([name, value]) =>
		typeof value === 'string' && !KEYS.has(name) ? [[name, copier.copy(value)]] : [],
	);
	const fields = named.parse({ ...data, ...Object.fromEntries(masked) });
	return { ...fields, more: copier.copyFields(output, OUTPUT_NAMES) };
}

/** What of a result is worth writing down beside its video, whose key says the rest: links end. */
export function lastingOutput(fields: Readonly<Record<WorkerField, Json>>): JsonRecord {
	return Object.fromEntries(
		Object.entries(named.parse(fields)).filter(
			([name]) => name !== 'minio_key' && !LINKS.has(name),
		),
	);
}
