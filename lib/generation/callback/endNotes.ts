import * as z from 'zod/v4';
import { isSameEnd, jobEnd, type JobEnd } from './jobEnd';

const note = jobEnd.extend({ noted_at_ms: z.number() });
type Note = z.output<typeof note>;

/** Which ends of jobs have started the workflow, by job. */
export interface EndNotes {
	/** Takes in what was saved, by an earlier process or another one; what is no note is left out. */
	read: (saved: unknown) => void;
	has: (jobId: string, end: JobEnd) => boolean;
	/** Notes an end; what comes back takes the note away again. */
	add: (jobId: string, end: JobEnd) => () => void;
	/** All of them, to be saved. */
	all: () => Record<string, Note>;
}

/** RunPod forgets a job 30 minutes after its end, and then nothing can be started by it. */
const MAX_AGE_MS = 3_600_000;
/** n8n writes all of them down with each start. */
const MAX_NOTES = 1000;

export function createEndNotes(now: () => number): EndNotes {
	// In the order of their times: the oldest is dropped first.
	let notes = new Map<string, Note>();
	const keep = (jobId: string, kept: Note) => {
		notes.delete(jobId);
		notes.set(jobId, kept);
	};
	const dropOld = () => {
		const young = [...notes].filter(([, { noted_at_ms }]) => isYoung(noted_at_ms, now()));
		notes = new Map(young.slice(-MAX_NOTES));
	};
	return {
		read: (saved) => {
			const newer = notesIn(saved).filter(
				([jobId, { noted_at_ms }]) => noted_at_ms > (notes.get(jobId)?.noted_at_ms ?? -Infinity),
			);
			if (newer.length === 0) return;
			for (const [jobId, one] of newer) keep(jobId, one);
			notes = new Map([...notes].sort(([, a], [, b]) => a.noted_at_ms - b.noted_at_ms));
			dropOld();
		},
		has: (jobId, end) => {
			const known = notes.get(jobId);
			return known !== undefined && isYoung(known.noted_at_ms, now()) && isSameEnd(known, end);
		},
		add: (jobId, end) => {
			const before = notes.get(jobId);
			keep(jobId, { ...end, noted_at_ms: now() });
			dropOld();
			return () => {
				notes.delete(jobId);
				if (before) notes.set(jobId, before);
			};
		},
		all: () => Object.fromEntries(notes),
	};
}

/** A time that lies ahead is of a clock that was set back since. */
function isYoung(notedAtMs: number, nowMs: number): boolean {
	return Math.abs(nowMs - notedAtMs) < MAX_AGE_MS;
}

function notesIn(saved: unknown): [string, Note][] {
	const entries = typeof saved === 'object' && saved !== null ? Object.entries(saved) : [];
	return entries.flatMap(([jobId, value]) => {
		const { data } = note.safeParse(value);
		return data ? [[jobId, data]] : [];
	});
}
