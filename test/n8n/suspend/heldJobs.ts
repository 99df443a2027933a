import type { ToldEnd } from '../../../standin/queue/jobs/outcomes';
import type { JobRecord, QueueApi } from '../../../standin/queue/queueApi';

/** Jobs that end when a test says so. */
export interface HeldJobs {
	/** Jobs of this avatar stay IN_PROGRESS until they are told to end. */
	hold: (avatarId: string) => void;
	/** How the job of this avatar ends; without an end it is done. It is run again as it is. */
	end: (avatarId: string, end?: ToldEnd) => void;
	/** The jobs of this avatar in the order of their submission. */
	jobsOf: (avatarId: string) => JobRecord[];
}

export function holdJobs(queue: Pick<QueueApi, 'script' | 'jobs'>): HeldJobs {
	const held = new Map<string, Held>();
	queue.script({
		kind: 'held',
		when: ({ avatar_id }) => held.has(String(avatar_id)),
		until: async ({ avatar_id }) => await held.get(String(avatar_id))?.promise,
	});
	return {
		hold: (avatarId) => {
			held.set(avatarId, hold());
		},
		end: (avatarId, end) => {
			held.get(avatarId)?.resolve(end);
			held.delete(avatarId);
		},
		jobsOf: (avatarId) => queue.jobs().filter(({ input }) => input.avatar_id === avatarId),
	};
}

interface Held {
	promise: Promise<ToldEnd>;
	resolve: (end: ToldEnd) => void;
}

function hold(): Held {
	let tell: Held['resolve'] = () => undefined;
	const promise = new Promise<ToldEnd>((resolve) => {
		tell = resolve;
	});
	return { promise, resolve: tell };
}
