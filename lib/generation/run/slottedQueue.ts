import { AnswerSlot } from '../../contract/answerSlot';
import type { QueueClient } from '../../runpod/queue/queue';

type Looks = Pick<QueueClient, 'pollStatus' | 'getStatus'>;

/** The same queue for one item, whose large answer is kept in its slot. After Stop a look ends by its own signal. */
export function slotted<Q extends Looks>(queue: Q, slot: AnswerSlot): Q {
	const slotNow = () => (slot.signal?.aborted ? undefined : slot);
	const looks: Looks = {
		pollStatus: async (jobId, signal) => await queue.pollStatus(jobId, signal, slotNow()),
		getStatus: async (jobId, signal) => await queue.getStatus(jobId, signal, slotNow()),
	};
	return { ...queue, ...looks };
}

/** Does the work on one item with such a queue, up to where its video is given out. `stop` ends the reading. */
export async function inSlot<Q extends Looks, T>(
	queue: Q,
	stop: AbortSignal | undefined,
	work: (queue: Q) => Promise<T>,
): Promise<T> {
	const slot = new AnswerSlot(stop);
	try {
		return await work(slotted(queue, slot));
	} finally {
		slot.close();
	}
}
