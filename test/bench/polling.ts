import { limiterOf } from '../../lib/runpod/http/limiter';
import { figuresOf, figuresOfOptimum, type Figures } from './lag/figures';
import { followAll, type Seen } from './lag/followAll';
import { leastLag } from './lag/least';
import { drawRunTimes, type RunTimeLaw } from './lag/runTimeLaw';
import { everySecond, others, ours, type Way } from './lag/schedules';
import { addRow, type PeerFigure } from './rows';

/** Lag from the end of a job to its result, in simulated time: runs of 200 jobs, ten at a time, by each way to look. */
const RUNS = 5;
const JOBS = 200;
const PARALLEL = 10;
const USUAL: RunTimeLaw = { medianMs: 240_000, spread: 0.1 };
const UNUSUAL: readonly RunTimeLaw[] = [
	{ medianMs: 240_000, spread: 0.03 },
	{ medianMs: 240_000, spread: 0.3 },
	{ medianMs: 25_000, spread: 0.1 },
	{ medianMs: 1_200_000, spread: 0.1 },
];
const MOST_REQUESTS = 25;
const MANY_JOBS = 1000;
/** RunPod's own, in 10 s, for the status of an endpoint's jobs. */
const RUNPOD_LIMIT = 2000;
const OPTIMUM = "the least mean for as many requests, the run times' law known (computed)";
/** The jobs that others could teach: the first ones of a run are a row of their own. */
async function measure({ schedule, afterMs = 0 }: Way, law: RunTimeLaw): Promise<Seen[]> {
	const seen: Seen[] = [];
	for (let seed = 1; seed <= RUNS; seed += 1) {
		const runTimesMs = drawRunTimes(law, JOBS, seed);
		seen.push(...(await followAll({ schedule: schedule(), runTimesMs, parallel: PARALLEL })));
	}
	return seen
		.filter(({ isTaught }) => isTaught)
		.map((one) => ({ ...one, lagMs: one.lagMs + afterMs }));
}

interface Measured {
	law: RunTimeLaw;
	ours: Figures;
	optimum: Figures;
	others: { name: string; figures: Figures }[];
}

async function measureAll(law: RunTimeLaw, ways: readonly Way[]): Promise<Measured> {
	const seen = await measure(ours, law);
	const own = figuresOf(seen);
	const optimum = figuresOfOptimum(seen, law, own.requests);
	const measured: Measured = { law, ours: own, optimum, others: [] };
	for (const way of ways)
		measured.others.push({ name: way.name, figures: figuresOf(await measure(way, law)) });
	return measured;
}

const LINES = [
	{ name: 'median', percent: 'medianPercent', seconds: 'medianSeconds', most: 0.5, share: 0.5 },
	{ name: '90 %', percent: 'ninetyPercent', seconds: 'ninetySeconds', most: 1.5, share: 0.9 },
	{ name: 'mean', percent: 'meanPercent', seconds: 'meanSeconds' },
	{ name: 'worst', percent: 'worstPercent', seconds: 'worstSeconds' },
] as const;

function tellUsual(measured: Measured): void {
	for (const line of LINES) tellLine(measured, line);
	addRow({
		measure: 'lag',
		what: `${nameOf(measured.law)}: status requests a job, mean`,
		value: measured.ours.requests,
		unit: 'requests',
		aim: { most: MOST_REQUESTS },
		peers: measured.others.map(({ name, figures }) => ({
			name,
			value: figures.requests,
			note: `at most ${String(figures.mostRequests)}`,
		})),
		note: `at most ${String(measured.ours.mostRequests)}`,
	});
}

function tellLine(measured: Measured, { name, percent, seconds, ...more }: (typeof LINES)[number]) {
	const { law, ours: own, optimum } = measured;
	addRow({
		measure: 'lag',
		what: `${nameOf(law)}: from end to result, ${name}`,
		value: own[percent],
		unit: '% of the run time',
		...('most' in more ? { aim: { most: more.most } } : {}),
		peers: [
			...measured.others.map(({ name: other, figures }) => ({
				name: other,
				value: figures[percent],
				note: secondsText(figures[seconds]),
			})),
			{ name: OPTIMUM, value: optimum[percent], note: secondsText(optimum[seconds]) },
			...('share' in more ? [boundOf(measured, more.share)] : []),
		],
		note: secondsText(own[seconds]),
		points: name === '90 %' ? pointsOf(measured) : [],
	});
}

function boundOf({ law, ours: own }: Measured, share: number): PeerFigure {
	return {
		name: 'no schedule can have less with as many requests (proved)',
		value: 100 * leastLag(law.spread, share, own.requests),
		note: 'of this figure alone',
	};
}

/** One row for a law, with the 90 % of all. */
function tellUnusual({ law, ours: own, optimum, others: rest }: Measured): void {
	addRow({
		measure: 'lag',
		what: `${nameOf(law)}: from end to result, 90 %`,
		value: own.ninetyPercent,
		unit: '% of the run time',
		peers: [
			...rest.map(({ name, figures }) => ({
				name,
				value: figures.ninetyPercent,
				note: `${figures.requests.toFixed(0)} requests`,
			})),
			{ name: OPTIMUM, value: optimum.ninetyPercent },
		],
		note: restText(own),
	});
}

/** Nobody has ended before these: what is not known costs. */
async function tellUntaught(): Promise<void> {
	for (const medianMs of [25_000, 240_000]) {
		const seen: Seen[] = [];
		for (const runTimeMs of drawRunTimes({ medianMs, spread: 0.1 }, JOBS, 1))
			seen.push(
				...(await followAll({ schedule: ours.schedule(), runTimesMs: [runTimeMs], parallel: 1 })),
			);
		const figures = figuresOf(seen);
		addRow({
			measure: 'lag',
			what: `one job alone, ${nameOf({ medianMs, spread: 0.1 })}: from end to result, 90 %`,
			value: figures.ninetyPercent,
			unit: '% of the run time',
			noPeer: 'the others look as they do at many jobs',
			note: restText(figures),
		});
	}
}

/** All at once and nothing known of them: what is asked of RunPod, through the limiter of an endpoint. */
async function tellRate(): Promise<void> {
	const atMs: number[] = [];
	const seen = await followAll({
		schedule: ours.schedule(),
		runTimesMs: drawRunTimes(USUAL, MANY_JOBS, 1),
		parallel: MANY_JOBS,
		gate: (clock) => {
			const limiter = limiterOf('https://api.runpod.ai/v2/bench', 'status', clock);
			return async (look) =>
				await limiter.run(async () => {
					atMs.push(clock.monotonic());
					return Promise.resolve(look());
				});
		},
	});
	addRow({
		measure: 'lag',
		what: `${String(MANY_JOBS)} jobs at once, ${nameOf(USUAL)}: most status requests in 10 s`,
		value: mostWithin(atMs, 10_000),
		unit: 'requests',
		aim: { most: RUNPOD_LIMIT },
		noPeer: 'the others look as they do at few jobs',
		note: restText(figuresOf(seen)),
	});
}

function mostWithin(timesMs: readonly number[], windowMs: number): number {
	let first = 0;
	let most = 0;
	timesMs.forEach((timeMs, index) => {
		while ((timesMs[first] ?? timeMs) <= timeMs - windowMs) first += 1;
		most = Math.max(most, index - first + 1);
	});
	return most;
}

const pointsOf = ({ ours: own, others: rest }: Measured) =>
	[{ name: ours.name, figures: own }, ...rest].map(({ name, figures }) => ({
		panel: 'lag' as const,
		series: name,
		x: figures.requests,
		y: figures.ninetyPercent,
	}));

const nameOf = ({ medianMs, spread }: RunTimeLaw) =>
	`jobs of ${String(medianMs / 1000)} s ± ${String(Math.round(spread * 100))} %`;
const secondsText = (seconds: number) => `${seconds.toFixed(1)} s`;
const restText = (figures: Figures) =>
	`median ${figures.medianPercent.toFixed(2)} %, 90 % ${figures.ninetyPercent.toFixed(2)} %, worst ${figures.worstPercent.toFixed(1)} %, ` +
	`${figures.requests.toFixed(0)} requests a job (mean), at most ${String(figures.mostRequests)}`;

async function main(): Promise<void> {
	tellUsual(await measureAll(USUAL, [...others, everySecond]));
	for (const law of UNUSUAL) tellUnusual(await measureAll(law, others));
	await tellUntaught();
	await tellRate();
}

void main();
