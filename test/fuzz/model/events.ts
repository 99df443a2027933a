import fc from 'fast-check';
import {
	RUNPOD_TROUBLES,
	SUBMIT_FAULTS,
	type Fate,
	type RunPodTrouble,
	type SubmitFault,
} from './runPod';
import { STORE_TROUBLES, type StoreOptions, type StoreTrouble } from './store';
import type { Wish } from './execution';

/** What happens next; `which` counts executions from the newest back. Times in milliseconds. */
export type Happening =
	/** `isTwice`: two executions at the same moment. */
	| { tag: 'starts'; wish: Wish; isTwice: boolean }
	| { tag: 'retry' | 'stop' | 'kill' | 'callback'; which: number }
	| { tag: 'submit'; fault: SubmitFault }
	| { tag: 'RunPod'; trouble: RunPodTrouble; ms: number }
	| { tag: 'MinIO'; trouble: StoreTrouble; ms: number }
	| { tag: 'clock'; byMs: number };

export interface Story {
	fates: Fate[];
	cancelsFinished: boolean;
	store: StoreOptions;
	events: { afterMs: number; what: Happening }[];
	/** So long it is quiet before the last run. */
	quietMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const fate: fc.Arbitrary<Fate> = fc.record({
	queueMs: fc.constantFrom(0, 2 * SECOND, 50 * SECOND, 20 * MINUTE),
	runMs: fc.constantFrom(30 * SECOND, 5 * SECOND, 4 * MINUTE, 20 * MINUTE),
	end: fc.oneof(
		{ weight: 6, arbitrary: fc.constant('video' as const) },
		{
			weight: 3,
			arbitrary: fc.constantFrom('failed' as const, 'no video' as const, 'forgotten' as const),
		},
	),
	runsOn: fc.boolean(),
	lateProgressMs: fc.constantFrom(0, 0, 20 * SECOND, 40 * MINUTE),
});

const wish: fc.Arbitrary<Wish> = fc.record({
	videos: fc.constantFrom([0], [0], [0, 1], [1]),
	waits: fc.constantFrom(
		'in the node' as const,
		'in the node' as const,
		'asleep' as const,
		'not' as const,
	),
	timeoutMs: fc.constantFrom(60 * MINUTE, 10 * MINUTE, MINUTE),
	onTimeout: fc.constantFrom('cancel' as const, 'leave' as const, 'hand back' as const),
	withMinio: fc.constantFrom(true, true, true, true, false),
});

const which = fc.nat({ max: 2 });
const troubleMs = fc.constantFrom(SECOND, 20 * SECOND, 70 * SECOND, 200 * SECOND);

const what: fc.Arbitrary<Happening> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			tag: fc.constant('starts' as const),
			wish,
			isTwice: fc.constantFrom(false, false, false, true),
		}),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			tag: fc.constantFrom('kill' as const, 'stop' as const, 'retry' as const, 'callback' as const),
			which,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			tag: fc.constant('submit' as const),
			fault: fc.constantFrom(...SUBMIT_FAULTS),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			tag: fc.constant('RunPod' as const),
			trouble: fc.constantFrom(...RUNPOD_TROUBLES),
			ms: troubleMs,
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			tag: fc.constant('MinIO' as const),
			trouble: fc.constantFrom(...STORE_TROUBLES),
			ms: troubleMs,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			tag: fc.constant('clock' as const),
			byMs: fc.constantFrom(-2 * 60 * MINUTE, -40 * SECOND, 40 * SECOND, 2 * 60 * MINUTE),
		}),
	},
);

/** Within a submit, between two writes, between two looks, over the end of a job. */
const afterMs = fc.oneof(
	fc.nat({ max: 600 }),
	fc.constantFrom(
		0,
		SECOND,
		3 * SECOND,
		20 * SECOND,
		35 * SECOND,
		2 * MINUTE,
		6 * MINUTE,
		35 * MINUTE,
	),
);

const anyStory: fc.Arbitrary<Story> = fc.record({
	fates: fc.array(fate, { maxLength: 4 }),
	cancelsFinished: fc.boolean(),
	store: fc.record({
		ignoresConditions: fc.constantFrom(false, false, false, true),
		aheadMs: fc.constantFrom(0, 0, 700, -5 * SECOND, 60 * MINUTE),
		mayNotDelete: fc.constantFrom(false, false, true),
	}),
	events: fc.array(fc.record({ afterMs, what }), { minLength: 1, maxLength: 14 }),
	quietMs: fc.constantFrom(0, 2 * MINUTE, 40 * MINUTE, 26 * 60 * MINUTE),
});

/** Two executions within one submit, beside a store that ignores conditions: both may submit, and have to agree. */
const contested: fc.Arbitrary<Story> = fc
	.record({ begun: anyStory, wish, laterMs: fc.nat({ max: 80 }) })
	.map(({ begun, wish: { timeoutMs, onTimeout }, laterMs }) => {
		const both: Wish = { videos: [0], waits: 'in the node', timeoutMs, onTimeout, withMinio: true };
		const start = { tag: 'starts' as const, wish: both, isTwice: false };
		return {
			...begun,
			store: { ...begun.store, ignoresConditions: true },
			events: [
				{ afterMs: 0, what: start },
				{ afterMs: laterMs, what: start },
				...begun.events.slice(0, 3),
			],
		};
	});

export const story: fc.Arbitrary<Story> = fc.oneof(
	{ weight: 7, arbitrary: anyStory },
	{ weight: 1, arbitrary: contested },
);
