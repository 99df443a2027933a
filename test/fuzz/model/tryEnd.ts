import { WanAvatarError } from '../../../lib/base/errors/errors';
import type { End } from '../../../lib/base/errors/settled';
import type { JobReport } from '../../../lib/generation/report/report';

/** How one try of an execution has ended. */
export type TryEnd =
	| { tag: 'given'; reports: JobReport[] }
	| { tag: 'failed'; errors: WanAvatarError[]; skipped: string[] }
	| { tag: 'asleep' };

export function endOfAll(ends: readonly End<JobReport>[]): TryEnd {
	const reports = ends.flatMap((end) => ('value' in end ? [end.value] : []));
	if (reports.length === ends.length) return { tag: 'given', reports };
	const errors = ends.flatMap((end) => ('error' in end ? [asError(end.error)] : []));
	const skipped = ends.flatMap((end) => ('skipped' in end ? [end.skipped] : []));
	return { tag: 'failed', errors, skipped };
}

export function asError(error: unknown): WanAvatarError {
	if (error instanceof WanAvatarError) return error;
	return new WanAvatarError('INTERNAL', String(error), { remedy: '' });
}

export function textOf(end: TryEnd): string {
	switch (end.tag) {
		case 'asleep':
			return 'sleeps';
		case 'given':
			return `gives out ${end.reports.map(({ job_id, status }) => `${job_id} (${status})`).join(', ')}`;
		case 'failed':
			return `ends: ${[...end.errors.map(({ code, message }) => `${code} ${message}`), ...end.skipped].join('; ')}`;
	}
}
