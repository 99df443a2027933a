/** Chance that comes out the same again for the same seed. */
export interface Random {
	/** From `least` to `most`, both included. */
	whole: (least: number, most: number) => number;
	/** True in this share of all cases. */
	chance: (share: number) => boolean;
	pick: <T>(list: readonly [T, ...T[]]) => T;
}

/** @param about what it decides, so that one thing does not disturb the chance of another */
export function randomOf(seed: number, about: string): Random {
	let state = Array.from(about).reduce((hash, char) => mixed(hash ^ char.charCodeAt(0)), seed);
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		return (mixed(state) >>> 0) / 0x1_0000_0000;
	};
	const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
	return {
		whole,
		chance: (share) => next() < share,
		pick: (list) => list[whole(0, list.length - 1)] ?? list[0],
	};
}

function mixed(value: number): number {
	const first = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
	const second = Math.imul(first ^ (first >>> 15), 0x735a2d97);
	return second ^ (second >>> 15);
}
