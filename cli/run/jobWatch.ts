import { setImmediate } from 'node:timers/promises';
import { waitUnlessAborted } from '../../lib/base/async/abort';
import { LIMITS } from '../../lib/base/async/timeLimits';
import { WanAvatarError } from '../../lib/base/errors/errors';
import { settle } from '../../lib/base/errors/settled';
import { requestsPage } from '../../lib/contract/consolePages';
import { outcomeText, type CancelOutcome } from '../../lib/generation/report/cancelOutcome';
import type { JobReference } from '../../lib/generation/report/report';
import type { QueueClient } from '../../lib/runpod/queue/queue';
import { clock } from '../setup/connect';
import type { Terminal } from '../output/terminal';
import { lookText } from './lookText';

const WAIT_S = Math.round((LIMITS.cancelWaitMs + LIMITS.graceMs) / 1000);

/** Sees the job of one run at the queue: tells how it goes on, and what must not be left when the program ends. */
export class JobWatch {
	readonly #startMs = clock.monotonic();
	/** Submits and cancels whose answers have not come. */
	readonly #pending = new Set<Promise<unknown>>();
	readonly #cancels = new Map<string, CancelOutcome>();
	#jobId: string | undefined;

	constructor(
		private readonly endpointId: string,
		private readonly terminal: Terminal,
	) {}

	/** The same queue, seen. */
	over(queue: QueueClient): QueueClient {
		return {
			...queue,
			submit: async (body, signal) => {
				this.#leaves('A job is on its way to RunPod: it is cancelled', this.#maybeLeft());
				const jobId = await this.#seen(queue.submit(body, signal));
				this.#takeUp(jobId, 'was submitted to', '');
				return jobId;
			},
			pollStatus: async (jobId, signal, slot) => {
				if (jobId !== this.#jobId)
					this.#takeUp(
						jobId,
						'of an earlier run is followed on',
						', unless another run waits for it',
					);
				const look = await queue.pollStatus(jobId, signal, slot);
				this.terminal.progress(lookText(clock.monotonic() - this.#startMs, look));
				if (isOver(look.tag)) this.terminal.leavesBehind(undefined);
				return look;
			},
			cancel: async (jobId) => {
				this.#cancels.set(jobId, 'unanswered');
				const cancelled = await this.#seen(settle(queue.cancel(jobId)));
				this.#cancels.set(jobId, 'value' in cancelled ? cancelled.value : 'not cancelled');
				if ('value' in cancelled) return cancelled.value;
				throw cancelled.error;
			},
		};
	}

	/** Waits until no submit and no cancel is on its way any more, half a minute at most. */
	async settled(): Promise<void> {
		const over = clock.timeout(LIMITS.cancelWaitMs);
		while (this.#pending.size > 0 && !over.aborted) {
			await settle(waitUnlessAborted(Promise.allSettled(this.#pending), over));
			// Whoever got the answer to a submit may begin a cancel now.
			await setImmediate();
		}
	}

	/** An error that says what came of a cancel whose answer it did not wait for. */
	withOutcome(error: unknown): unknown {
		const jobId = this.#jobId;
		const outcome = jobId === undefined ? undefined : this.#cancels.get(jobId);
		if (!(error instanceof WanAvatarError) || jobId === undefined || !outcome) return error;
		const { code, message, remedy, details } = error;
		const job = this.#reference(jobId, details.output_video_key);
		const [known, unknown] = [outcomeText(outcome, job), outcomeText('unanswered', job)];
		const told = remedy.includes(unknown) ? remedy.replace(unknown, known) : known;
		return new WanAvatarError(code, message.includes(jobId) ? message : `${message} (${jobId})`, {
			remedy: known !== '' && remedy.includes(known) ? remedy : told.trim(),
			details: { ...details, job_id: jobId, endpoint_id: this.endpointId },
		});
	}

	async #seen<T>(work: Promise<T>): Promise<T> {
		this.#pending.add(work);
		try {
			return await work;
		} finally {
			this.#pending.delete(work);
		}
	}

	#takeUp(jobId: string, how: string, unless: string): void {
		this.#jobId = jobId;
		this.terminal.say(`Job ${jobId} ${how} endpoint ${this.endpointId}.`);
		this.#leaves(
			`Job ${jobId} is cancelled first${unless}`,
			`Job ${jobId} may still run on endpoint ${this.endpointId}, which is paid: cancel it in the RunPod console (${requestsPage(this.endpointId)}).`,
		);
	}

	#leaves(undoing: string, left: string): void {
		const said = `${undoing}, which is tried for up to ${String(WAIT_S)} s.`;
		this.terminal.leavesBehind({ undoing: said, left });
	}

	#maybeLeft(): string {
		return `A job may run on endpoint ${this.endpointId}, which is paid: look at its Requests page (${requestsPage(this.endpointId)}).`;
	}

	#reference(job_id: string, outputKey: unknown): JobReference {
		return {
			job_id,
			endpoint_id: this.endpointId,
			user_id: null,
			avatar_id: null,
			output_video_key: typeof outputKey === 'string' ? outputKey : null,
			output_thumbnail_key: null,
			submitted_at: null,
		};
	}
}

const OVER: ReadonlySet<string> = new Set([
	'completed',
	'completedWithoutVideo',
	'failed',
	'cancelled',
	'timedOut',
]);

function isOver(tag: string): boolean {
	return OVER.has(tag);
}
