import { WaitEnded } from '../../base/async/abort';
import type { AnswerSlot } from '../../contract/answerSlot';
import { ANSWER_WAITS, HttpFailure, REQUEST_CUT, type HttpAnswer } from '../http/http';

/**
 * Asks for an answer that may be large. Where there is no room for it, it is given up, and asked for again once its slot is
 * taken: a connection that is held up would keep others from their turn. The slot is let go where there is no answer.
 * @throws HttpFailure
 */
export async function askInSlot(
	slot: AnswerSlot,
	signal: AbortSignal | undefined,
	ask: (signal: AbortSignal | undefined) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
	try {
		return await askTwice(slot, signal, ask);
	} catch (error) {
		slot.release();
		throw error instanceof WaitEnded ? new HttpFailure(REQUEST_CUT, true) : error;
	}
}

async function askTwice(
	slot: AnswerSlot,
	signal: AbortSignal | undefined,
	ask: (signal: AbortSignal | undefined) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
	try {
		return await ask(signal);
	} catch (error) {
		if (!(error instanceof HttpFailure) || error.code !== ANSWER_WAITS) throw error;
	}
	await slot.take();
	return await ask(slot.signal);
}
