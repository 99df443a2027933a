/** Run times whose logarithm is a bell curve: of one median, and with a spread as a share of it. */
export interface RunTimeLaw {
	medianMs: number;
	spread: number;
}

/** So many run times, the same for a seed. */
export function drawRunTimes(
	{ medianMs, spread }: RunTimeLaw,
	count: number,
	seed: number,
): number[] {
	const random = mulberry32(seed);
	return Array.from({ length: count }, () => medianMs * Math.exp(spread * bell(random)));
}

/** A number between 0 and 1, by Tommy Ettinger's mulberry32: all its bits are good, which Box-Muller needs. */
function mulberry32(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function bell(random: () => number): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
