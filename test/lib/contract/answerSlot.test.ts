import { expect, it } from '@jest/globals';
import { WaitEnded } from '../../../lib/base/async/abort';
import { AnswerSlot } from '../../../lib/contract/answerSlot';
import { LARGE_ANSWERS_AT_ONCE } from '../../../lib/contract/answerLimits';

const slots = (count: number, signal?: AbortSignal) =>
	Array.from({ length: count }, () => new AnswerSlot(signal));
const turn = async () => await new Promise((resolve) => setTimeout(resolve, 0));

/** How many can be taken now: all of them where nobody has kept one. */
function freeNow(): number {
	const tried = slots(LARGE_ANSWERS_AT_ONCE + 1);
	const taken = tried.filter((slot) => slot.takeAtOnce());
	for (const slot of tried) slot.release();
	return taken.length;
}

it('only a few are taken at once; the others follow in their order', async () => {
	const first = slots(LARGE_ANSWERS_AT_ONCE);
	const later = slots(3);
	expect(first.map((slot) => slot.takeAtOnce())).toEqual(first.map(() => true));
	const begun: number[] = [];
	const waits = later.map(async (slot, i) => {
		await slot.take();
		begun.push(i);
	});

	await turn();
	expect(begun).toEqual([]);
	first[2]?.release();
	first[2]?.release();
	await turn();
	expect(begun).toEqual([0]);
	later[0]?.close();
	first[0]?.close();
	await Promise.all(waits);
	expect(begun).toEqual([0, 1, 2]);

	for (const slot of [...first, ...later]) slot.close();
	expect(freeNow()).toBe(LARGE_ANSWERS_AT_ONCE);
});

it.each<[string, (slot: AnswerSlot, stop: AbortController) => void]>([
	[
		'Stop',
		(_slot, stop) => {
			stop.abort();
		},
	],
	[
		'its own end',
		(slot) => {
			slot.close();
		},
	],
])('a wait ends by %s, and leaves nothing taken', async (_what, end) => {
	const taken = slots(LARGE_ANSWERS_AT_ONCE);
	for (const slot of taken) slot.takeAtOnce();
	const stop = new AbortController();
	const slot = new AnswerSlot(stop.signal);
	const wait = slot.take();

	end(slot, stop);

	await expect(wait).rejects.toBeInstanceOf(WaitEnded);
	for (const one of [...taken, slot]) one.close();
	expect(freeNow()).toBe(LARGE_ANSWERS_AT_ONCE);
});

it('one that is closed is not taken again', async () => {
	const [slot = new AnswerSlot(undefined)] = slots(1);
	slot.close();

	expect(slot.takeAtOnce()).toBe(false);
	await expect(slot.take()).rejects.toBeInstanceOf(WaitEnded);
	expect(freeNow()).toBe(LARGE_ANSWERS_AT_ONCE);
});

it('tells when what it holds is let go', () => {
	const slot = new AnswerSlot(undefined);
	expect(slot.left).toBeUndefined();
	slot.takeAtOnce();
	const { left } = slot;
	expect(left?.aborted).toBe(false);

	slot.release();

	expect(left?.aborted).toBe(true);
	expect(slot.left).toBeUndefined();
});
