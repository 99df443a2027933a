import * as z from 'zod/v4';
import { isErrorCode, WanAvatarError, type ErrorCode } from '../../base/errors/errors';
import { jsonRecord } from '../../base/data/json';
import { cleanRemoteText } from '../../base/data/remoteText';
import { messageOf } from '../../base/errors/foreignError';

/** An error as it is noted, for whoever comes later. */
export const notedFailure = z.object({
	code: z.custom<ErrorCode>(isErrorCode).catch('INTERNAL'),
	message: z.string(),
	remedy: z.string(),
	details: jsonRecord,
});

/** The same as somebody may have written it: bounded, and fit to be shown. */
export const claimedFailure = notedFailure.transform(
	({ code, message, remedy, details }): NotedFailure => ({
		code,
		message: cleanRemoteText(message),
		remedy: cleanRemoteText(remedy),
		details: Object.fromEntries(
			Object.entries(details)
				.slice(0, MAX_DETAILS)
				.flatMap(([name, value]) =>
					isPlain(value) ? [[cleanRemoteText(name), plain(value)]] : [],
				),
		),
	}),
);

/** An error of this package names no more facts of a job than these. */
const MAX_DETAILS = 50;

type Plain = string | number | boolean | null;

function isPlain(value: unknown): value is Plain {
	return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function plain(value: Plain): Plain {
	return typeof value === 'string' ? cleanRemoteText(value) : value;
}

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
