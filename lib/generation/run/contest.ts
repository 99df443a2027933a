import { isSubmitted, type JobContext, type SubmittedRecord } from './jobContext';
import type { RecordBook } from '../record/record';
import { FOLLOWED_INTERVAL_MS } from '../record/timeToLive';
import type { Bucket } from '../../storage/objects/bucket';

/** Two executions may have submitted the same request at the same time: they agree on one job by the record. */
export interface Contest {
	/** Looks at the record where a look is due; nobody waits for it. */
	check: () => void;
	/** The job of the other execution, where that one is to be followed. */
	winner: () => SubmittedRecord | undefined;
}

// As long as a submit can be on its way in another execution.
const CONTEST_MS = 60_000;
const INTERVAL_MS = 2000;

export function createContest(
	record: SubmittedRecord,
	isOurs: boolean,
	{ book, ports, optional }: JobContext,
	onLost: () => void,
): Contest {
	const { clock } = ports;
	const startMs = clock.monotonic();
	const ageMs = clock.now() - (record.submitted_at_ms ?? 0);
	let checkedAtMs = -Infinity;
	let notedAtMs = clock.monotonic();
	let isUnderway = false;
	let winner: SubmittedRecord | undefined;

	/** After a minute nobody can come any more, and the record only says that the job is followed. */
	const intervalMs = () =>
		checkedAtMs > -Infinity && ageMs + clock.monotonic() - startMs >= CONTEST_MS
			? FOLLOWED_INTERVAL_MS
			: INTERVAL_MS;
	const isDue = () => {
		if (!isOurs || book.key === undefined || winner || isUnderway) return false;
		return clock.monotonic() - checkedAtMs >= intervalMs();
	};
	const followed = () => {
		if (clock.monotonic() - notedAtMs < FOLLOWED_INTERVAL_MS) return undefined;
		notedAtMs = clock.monotonic();
		return { ...record, followed_at_ms: clock.now() };
	};
	const look = async () => {
		isUnderway = true;
		checkedAtMs = clock.monotonic();
		winner = await optional.attempt(
			'The record of the job could not be compared with those of other executions',
			async (bucket) => await winnerOver(record, followed(), book, bucket),
		);
		isUnderway = false;
		if (winner) onLost();
	};
	return {
		check: () => {
			if (isDue()) void look();
		},
		winner: () => winner,
	};
}

/** Of two jobs for one request the lower job id wins; the winner puts its record back, so that the other reads it. */
export async function winnerOver(
	record: SubmittedRecord,
	followed: SubmittedRecord | undefined,
	book: RecordBook,
	bucket: Bucket,
): Promise<SubmittedRecord | undefined> {
	const standing = await book.read(bucket);
	if (standing.tag !== 'ours') return undefined;
	if (standing.record.job_id === record.job_id) {
		if (followed) await book.advance(followed, bucket);
		return undefined;
	}
	// Who knew of this job when it sent its own has found it over: that one comes after it, and takes nothing from it.
	if (standing.record.earlier_job_ids.includes(record.job_id)) return undefined;
	if (isSubmitted(standing.record) && standing.record.job_id < record.job_id)
		return standing.record;
	await book.restore(record, standing, bucket);
	return undefined;
}
