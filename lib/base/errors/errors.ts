const ERROR_CODES = [
	'INVALID_INPUT',
	'INVALID_CREDENTIAL',
	'UNAUTHORIZED',
	/** The key is accepted, but may not do this. */
	'FORBIDDEN',
	'ENDPOINT_NOT_FOUND',
	'DOMAIN_NOT_ALLOWED',
	'REQUEST_REJECTED',
	'RATE_LIMITED',
	'UNREACHABLE',
	'UNREADABLE_ANSWER',
	/** A limit for what the jobs cost lets no more be sent. */
	'BUDGET_REACHED',
	'SUBMIT_UNKNOWN',
	'JOB_FAILED',
	'JOB_CANCELLED',
	'JOB_TIMED_OUT',
	'JOB_WITHOUT_VIDEO',
	'JOB_LOST',
	'DEADLINE',
	'STOPPED',
	'NOT_FOUND',
	'AMBIGUOUS_NAME',
	'NAME_TAKEN',
	'CHANGE_UNKNOWN',
	'NOT_CONFIRMED',
	'WORKER_NOT_READY',
	'RESTARTED_TOO_OFTEN',
	'VIDEO_EXISTS',
	'VIDEO_MISSING',
	'VIDEO_BROKEN',
	'STORAGE',
	/** A fault of this package itself. */
	'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** For errors that were written down. */
export function isErrorCode(code: unknown): code is ErrorCode {
	return ERROR_CODES.some((one) => one === code);
}

export interface ErrorFacts {
	/** What to do about it, in a sentence or two. */
	remedy: string;
	/** Facts for the workflow, in the contract's names: `job_id`, `status`, `user_id` … */
	details?: Readonly<Record<string, unknown>>;
}

/** Whatever goes wrong in this package: what happened, a stable code, and what to do. */
export class WanAvatarError extends Error {
	override readonly name: string = 'WanAvatarError';
	readonly remedy: string;
	readonly details: Readonly<Record<string, unknown>>;

	constructor(
		readonly code: ErrorCode,
		message: string,
		{ remedy, details = {} }: ErrorFacts,
	) {
		super(message);
		this.remedy = remedy;
		this.details = details;
	}

	/** The same error, with more facts of the job it concerns. */
	withDetails(details: Readonly<Record<string, unknown>>): WanAvatarError {
		const { code, message, remedy } = this;
		return new WanAvatarError(code, message, { remedy, details: { ...details, ...this.details } });
	}
}
