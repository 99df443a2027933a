import * as z from 'zod/v4';
import { isErrorCode, WanAvatarError, type ErrorCode } from '../../base/errors/errors';
import { jsonRecord } from '../../base/data/json';
import { messageOf } from '../../base/errors/foreignError';

/** An error as it is noted, for whoever comes later. */
export const notedFailure = z.object({
	code: z.custom<ErrorCode>(isErrorCode).catch('INTERNAL'),
	message: z.string(),
	remedy: z.string(),
	details: jsonRecord,
});

export type NotedFailure = z.output<typeof notedFailure>;

export function failureOf(error: unknown): NotedFailure {
	if (!(error instanceof WanAvatarError))
		return { code: 'INTERNAL', message: messageOf(error), remedy: '', details: {} };
	const { code, message, remedy, details } = error;
	return notedFailure.parse({ code, message, remedy, details });
}

export function errorFrom({ code, message, remedy, details }: NotedFailure): WanAvatarError {
	return new WanAvatarError(code, message, { remedy, details });
}

/** Faults after which nothing more comes of a job; others may pass. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
	'JOB_FAILED',
	'JOB_CANCELLED',
	'JOB_TIMED_OUT',
	'JOB_WITHOUT_VIDEO',
	'VIDEO_BROKEN',
]);

export function isFinal(error: unknown): boolean {
	return error instanceof WanAvatarError && FINAL.has(error.code);
}
