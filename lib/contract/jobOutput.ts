import * as z from 'zod/v4';
import { json, type JsonRecord } from './json';

const text = z.string().min(1).nullish().catch(undefined);
const number = z.coerce.number().positive().nullish().catch(undefined);

/** What the worker says of a finished job, read loosely: a missing or odd field never costs a paid result. */
const loose = z
	.object({
		minio_key: text,
		video_url: text,
		thumbnail_key: text,
		thumbnail_url: text,
		fps: number,
		width: number,
		height: number,
	})
	.catchall(json);

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

/** The worker's output, or nothing when it names no video at all. */
export function readJobOutput(output: unknown): JobOutput | undefined {
	const { success, data } = loose.safeParse(output);
	if (!success || (!data.minio_key && !data.video_url)) return undefined;
	const { minio_key, video_url, thumbnail_key, thumbnail_url, fps, width, height, ...more } = data;
	return {
		minio_key: minio_key ?? null,
		video_url: video_url ?? null,
		thumbnail_key: thumbnail_key ?? null,
		thumbnail_url: thumbnail_url ?? null,
		fps: fps ?? null,
		width: width ?? null,
		height: height ?? null,
		more,
	};
}
