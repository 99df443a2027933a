import type { JobRecord } from '../../../standin/queue/queueApi';

/** A job as the stand-in had it, kept after the stand-in has let go of it. */
export interface SeenJob {
	id: string;
	avatarId: string;
	status: JobRecord['status'];
	submittedAtMs: number;
	/** Nothing while it goes on. */
	endedAtMs: number | undefined;
	/** It was done, and its video was stored, whatever RunPod says since. */
	madeVideo: boolean;
}

/** All jobs that were ever accepted, in the order of their submission. */
export class JobsSeen {
	readonly #jobs = new Map<string, SeenJob>();
	readonly #byAvatar = new Map<string, SeenJob[]>();

	take(records: readonly JobRecord[]): void {
		for (const record of records) {
			const known = this.#jobs.get(record.id);
			const seen = known ?? this.#add(record);
			const isLate = isLateProgress(record);
			const hasEnded = isLate || !isGoing(record.status);
			seen.status = record.status;
			seen.endedAtMs = hasEnded ? (seen.endedAtMs ?? record.endedAt ?? Date.now()) : undefined;
			seen.madeVideo ||= isLate || record.status === 'COMPLETED';
		}
	}

	ofAvatar(avatarId: string): readonly SeenJob[] {
		return this.#byAvatar.get(avatarId) ?? [];
	}

	avatarOf(jobId: string): string | undefined {
		return this.#jobs.get(jobId)?.avatarId;
	}

	list(): SeenJob[] {
		return Array.from(this.#jobs.values());
	}

	get size(): number {
		return this.#jobs.size;
	}

	#add({ id, input, status, submittedAt }: JobRecord): SeenJob {
		const job: SeenJob = {
			id,
			status,
			avatarId: String(input.avatar_id),
			submittedAtMs: submittedAt,
			endedAtMs: undefined,
			madeVideo: false,
		};
		this.#jobs.set(id, job);
		const others = this.#byAvatar.get(job.avatarId);
		if (others) others.push(job);
		else this.#byAvatar.set(job.avatarId, [job]);
		return job;
	}
}

export function isGoing(status: JobRecord['status']): boolean {
	return status === 'IN_QUEUE' || status === 'IN_PROGRESS';
}

/** A progress that came after the end: no worker is at it any more. */
function isLateProgress({ status, output }: JobRecord): boolean {
	return (
		status === 'IN_PROGRESS' && typeof output === 'object' && output !== null && 'late' in output
	);
}
