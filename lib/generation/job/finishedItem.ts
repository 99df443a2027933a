import * as z from 'zod/v4';
import { errorFrom, notedFailure } from '../record/failure';
import type { WanAvatarError } from '../../base/errors/errors';

const text = z.string().min(1);

const finished = z
	.object({
		job_id: text,
		status: z.literal('COMPLETED'),
		minio_key: text.nullish(),
		video_url: text,
		video_url_expires_at: z.iso.datetime().nullish(),
	})
	.transform(({ job_id, video_url_expires_at }) => ({
		job_id,
		opensUntilMs: video_url_expires_at ? Date.parse(video_url_expires_at) : Infinity,
	}));

/** Whether an item is the result of a job already, with a link that still opens: nothing is to be asked for it. */
export function isFinished(item: unknown, jobId: unknown, nowMs: number): boolean {
	const { data } = finished.safeParse(item);
	return data !== undefined && data.job_id === jobId && data.opensUntilMs > nowMs;
}

const failed = z.object({
	error: text,
	details: z.looseObject({ code: notedFailure.shape.code, remedy: z.string() }),
});

/** The error of an item that failed before, in the one shape in which this package gives them out. */
export function errorOf(item: unknown): WanAvatarError | undefined {
	const { data } = failed.safeParse(item);
	if (!data) return undefined;
	const { code, remedy, ...details } = data.details;
	return errorFrom(notedFailure.parse({ code, message: data.error, remedy, details }));
}
