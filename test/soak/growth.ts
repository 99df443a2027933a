import type { Sample } from './seen/samples';

/** How something changed from the second to the last quarter of n8n's last life. */
export interface Growth {
	name: string;
	from: number;
	to: number;
	/** By so much with each hundred jobs; nothing where there were fewer. */
	perHundredJobs: number | undefined;
	/** It grew steadily, and beyond what may be chance. */
	isLeak: boolean;
}

const MIN_SAMPLES = 16;
/** Shorter lives tell nothing: n8n itself is still warming up. */
const MIN_LIFE_MS = 8 * 60_000;

interface Measure {
	name: string;
	of: (sample: Sample) => number | undefined;
	/** Of a quarter. Memory goes up and down with each collection of garbage: its least is what is held. */
	in: (values: readonly number[]) => number;
	/** So much more is no chance. */
	tolerated: number;
}

const MEASURES: readonly Measure[] = [
	// Told, not judged: V8 takes as much as the machine has before it collects.
	{ name: 'memory (RSS), MB', of: ({ rssMb }) => rssMb, in: median, tolerated: Infinity },
	{ name: 'heap held, MB', of: ({ heapMb }) => heapMb, in: least, tolerated: 60 },
	{ name: 'open handles', of: ({ handles }) => handles, in: median, tolerated: 20 },
	{ name: 'sockets', of: ({ sockets }) => sockets, in: median, tolerated: 20 },
];

/** Of the last life of n8n: the second quarter beside the last one. The first is warm-up. */
export function growthOf(samples: readonly Sample[]): Growth[] {
	const life = samples.at(-1)?.life;
	const own = samples.filter((sample) => sample.life === life);
	const [first, last] = [own[0], own.at(-1)];
	if (!first || !last || own.length < MIN_SAMPLES) return [];
	const paidAt = (share: number) => own[Math.floor(own.length * share)]?.paid ?? 0;
	const hundreds = (paidAt(7 / 8) - paidAt(3 / 8)) / 100;
	const isLong = last.atMs - first.atMs >= MIN_LIFE_MS;
	return MEASURES.map(({ name, of, in: inAll, tolerated }) => {
		const values = own.flatMap((sample) => of(sample) ?? []);
		const quarter = (index: number) => {
			const size = values.length / 4;
			return inAll(values.slice(Math.floor(index * size), Math.floor((index + 1) * size)));
		};
		const [from, between, to] = [quarter(1), quarter(2), quarter(3)];
		const isSteady = from <= between && between <= to;
		const perHundredJobs = hundreds >= 1 ? (to - from) / hundreds : undefined;
		return { name, from, to, perHundredJobs, isLeak: isLong && isSteady && to - from > tolerated };
	});
}

function median(values: readonly number[]): number {
	return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

function least(values: readonly number[]): number {
	return Math.min(...values);
}
