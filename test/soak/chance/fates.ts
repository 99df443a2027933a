import { setTimeout as delay } from 'node:timers/promises';
import type { QueueApi } from '../../../standin/queue/queueApi';
import type { ToldEnd } from '../../../standin/queue/jobs/outcomes';
import { randomOf } from './random';

/** Shares in a thousand of the jobs, and what becomes of these. */
const FATES: readonly { share: number; isSlow?: boolean; end: ToldEnd & object }[] = [
	{ share: 30, end: { kind: 'failed', error: 'CUDA out of memory' } },
	{ share: 15, end: { kind: 'timedOut' } },
	{ share: 10, end: { kind: 'executionTimeout' } },
	{ share: 15, end: { kind: 'cancelled' } },
	{ share: 20, end: { kind: 'completedWithoutOutput' } },
	{ share: 15, isSlow: true, end: { kind: 'lost' } },
	{ share: 10, isSlow: true, end: { kind: 'never' } },
	{
		share: 10,
		isSlow: true,
		end: { kind: 'lateProgress', afterMs: 300, progress: { late: true } },
	},
];
/** In a thousand avatars: the worker of their jobs dies once. */
const RESTARTED = 30;
/** So many kinds, with those whose worker dies. */
export const FATE_KINDS = FATES.length + 1;

export interface Fates {
	/** How many jobs had each. */
	met: ReadonlyMap<string, number>;
	/** From now on all jobs end well. */
	end: () => void;
}

export interface FateOptions {
	seed: number;
	/** Whether fates may come whose mending takes a minute or more. */
	maySlow: () => boolean;
}

/** Each job runs for 1 to 5 s, and ends as chance has it. */
export function playFates(queue: QueueApi, { seed, maySlow }: FateOptions): Fates {
	const met = new Map<string, number>();
	const count = (kind: string) => met.set(kind, (met.get(kind) ?? 0) + 1);
	const attempts = new Map<string, number>();
	let isOver = false;
	queue.script({
		kind: 'restarts',
		times: 1,
		when: ({ avatar_id }) => {
			const isHit = randomOf(seed, `restart ${String(avatar_id)}`).whole(1, 1000) <= RESTARTED;
			if (isHit && !isOver) count('worker dies');
			return isHit && !isOver;
		},
	});
	queue.script({
		kind: 'held',
		until: async ({ avatar_id }) => {
			const id = String(avatar_id);
			const attempt = (attempts.get(id) ?? 0) + 1;
			attempts.set(id, attempt);
			const random = randomOf(seed, `${id} ${String(attempt)}`);
			await delay(random.whole(1000, 5000), undefined, { ref: false });
			const fate = isOver ? undefined : fateFor(random.whole(1, 1000));
			if (!fate || (fate.isSlow && !maySlow())) return undefined;
			count(fate.end.kind);
			return fate.end;
		},
	});
	return {
		met,
		end: () => {
			isOver = true;
		},
	};
}

function fateFor(thousandth: number) {
	let upTo = 0;
	return FATES.find(({ share }) => {
		upTo += share;
		return thousandth <= upTo;
	});
}
