import type { SeenJob } from './seen/jobsSeen';
import type { Request } from './seen/ledger';

/** What is wrong, with the story of each. */
export interface Verdict {
	/** A video was made, and nobody gets it by asking again. */
	lost: string[];
	/** Two videos were paid for where one was wanted, or two jobs of it ran at once. */
	doubled: string[];
	/** Jobs that still wait or run. */
	burning: string[];
	/** No video, and none was made, though somebody asked again and again. */
	unanswered: string[];
}

/** Judges when everything has come to rest. */
export function verdictOf(
	requests: readonly Request[],
	jobsOf: (avatarId: string) => readonly SeenJob[],
	jobs: readonly SeenJob[],
): Verdict {
	const withJobs = requests.map((request) => ({ request, own: jobsOf(request.id) }));
	const left = withJobs.filter(({ request }) => !request.delivered);
	const isMade = ({ own }: { own: readonly SeenJob[] }) => own.some(({ madeVideo }) => madeVideo);
	const told = ({ request, own }: (typeof withJobs)[number]) => storyOf(request, own);
	return {
		lost: left.filter(isMade).map(told),
		unanswered: left.filter((one) => !isMade(one)).map(told),
		doubled: withJobs.filter(({ own }) => isDoubled(own)).map(told),
		burning: jobs
			.filter(({ endedAtMs }) => endedAtMs === undefined)
			.map(({ id, avatarId, status }) => `job ${id} of ${avatarId} is ${status}`),
	};
}

function isDoubled(jobs: readonly SeenJob[]): boolean {
	if (jobs.filter(({ madeVideo }) => madeVideo).length > 1) return true;
	return jobs.some((job, index) => {
		const next = jobs[index + 1];
		return next !== undefined && (job.endedAtMs ?? Infinity) > next.submittedAtMs;
	});
}

/** All that is known of a request, in the order of time. */
export function storyOf({ id, asks, delivered }: Request, jobs: readonly SeenJob[]): string {
	const events = [
		...asks.flatMap((ask) => [
			{
				atMs: ask.sentAtMs,
				text: `asked ${ask.manner}${ask.sent === 'taken' ? '' : `, ${ask.sent ?? 'not answered'}`}`,
			},
			...(ask.beganAtMs === undefined
				? []
				: [{ atMs: ask.beganAtMs, text: `execution ${ask.executionId ?? '?'}` }]),
			...(ask.end ? [{ atMs: ask.end.atMs, text: ask.end.text }] : []),
		]),
		...jobs.flatMap((job) => [
			{ atMs: job.submittedAtMs, text: `job ${job.id} submitted` },
			{
				atMs: job.endedAtMs ?? Infinity,
				text: `job ${job.id} ${job.status}${job.madeVideo ? ', video made' : ''}`,
			},
		]),
		...(delivered
			? [{ atMs: delivered.atMs, text: `delivered of job ${String(delivered.jobId)}` }]
			: []),
	];
	const startMs = asks[0]?.sentAtMs ?? 0;
	const lines = events
		.toSorted((one, other) => one.atMs - other.atMs)
		.map(({ atMs, text }) => `    ${secondsText(atMs - startMs)} ${text}`);
	const clock = new Date(startMs).toISOString();
	return [`${id}, from ${clock}:`, ...lines].join('\n');
}

function secondsText(ms: number): string {
	return Number.isFinite(ms) ? `${(ms / 1000).toFixed(1).padStart(6)} s` : '     at the end';
}
