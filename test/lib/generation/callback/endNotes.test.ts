import { expect, it } from '@jest/globals';
import { createEndNotes } from '../../../../lib/generation/callback/endNotes';

const COMPLETED = { event: 'completed', delay_time_ms: 1, execution_time_ms: 2 } as const;
const FAILED = { ...COMPLETED, event: 'failed' } as const;
const HOUR_MS = 3_600_000;

function notesAt(startMs = 0) {
	const time = { nowMs: startMs };
	return { time, notes: createEndNotes(() => time.nowMs) };
}

it('keeps what it noted over a save, for an hour', () => {
	const first = notesAt();
	first.notes.add('job1', COMPLETED);
	const { time, notes } = notesAt(HOUR_MS - 1);
	notes.read(JSON.parse(JSON.stringify(first.notes.all())));

	expect(notes.has('job1', COMPLETED)).toBe(true);
	expect(notes.has('job2', COMPLETED)).toBe(false);
	time.nowMs = HOUR_MS;
	expect(notes.has('job1', COMPLETED)).toBe(false);
	notes.add('job2', COMPLETED);
	expect(Object.keys(notes.all())).toEqual(['job2']);
});

it('keeps a thousand, the latest', () => {
	const { time, notes } = notesAt();
	for (let job = 0; job < 1500; job++) {
		time.nowMs = job;
		notes.add(`job${String(job)}`, COMPLETED);
	}
	const kept = Object.keys(notes.all());
	expect(kept).toHaveLength(1000);
	expect(kept[0]).toBe('job500');
});

it('what is saved and newer wins, what is older does not', () => {
	const { time, notes } = notesAt(1000);
	notes.add('job1', COMPLETED);
	notes.read({ job1: { ...FAILED, noted_at_ms: 999 }, job2: { ...FAILED, noted_at_ms: 5 } });
	expect(notes.has('job1', COMPLETED)).toBe(true);
	notes.read({ job1: { ...FAILED, noted_at_ms: 1001 } });
	time.nowMs = 1002;
	expect(notes.has('job1', COMPLETED)).toBe(false);
	expect(Object.keys(notes.all())).toEqual(['job2', 'job1']);
});

it('a note that is taken back leaves the one before it', () => {
	const { notes } = notesAt();
	notes.add('job1', FAILED);
	const takeBack = notes.add('job1', COMPLETED);
	expect(notes.has('job1', COMPLETED)).toBe(true);
	takeBack();
	expect(notes.has('job1', COMPLETED)).toBe(false);
	expect(notes.has('job1', FAILED)).toBe(true);
	notes.add('job2', FAILED)();
	expect(notes.has('job2', FAILED)).toBe(false);
});

it.each([undefined, null, 'text', [1], { job1: 1, job2: { event: 'completed' } }])(
	'%j holds no notes',
	(saved) => {
		const { notes } = notesAt();
		notes.read(saved);
		expect(notes.all()).toEqual({});
	},
);

it('a clock that was set back far forgets what lies ahead', () => {
	const { notes } = notesAt();
	notes.read({ job1: { ...COMPLETED, noted_at_ms: 2 * HOUR_MS } });
	expect(notes.all()).toEqual({});
});
