import type { Panel } from '../charts/lineChart';
import { growthOf, type Growth } from './growth';
import type { Sample } from './seen/samples';
import { clockText, elapsedMs, type SoakState } from './state';
import { verdictOf } from './verdict';

/** How it stands. */
export function lineOf(state: SoakState): string {
	const { ledger, jobs, samples, executions, world } = state;
	const last = samples.at(-1);
	const n8n =
		last && world.isUp()
			? `n8n ${last.rssMb.toFixed(0)} MB, ${String(last.handles)} handles`
			: 'n8n is down';
	const counts = [
		`${String(ledger.requests.size)} requests`,
		`${String(jobs.size)} jobs paid`,
		`${String(ledger.deliveredCount)} videos delivered`,
		`${String(sumOf(ledger.codes))} errors`,
		`${String(executions.live.length)} executions`,
	];
	return `${clockText(elapsedMs(state))}  ${counts.join(', ')}, ${n8n}`;
}

/** What ends the soak with an error; each with its story. */
export function faultsOf(state: SoakState): string[] {
	const { ledger, jobs, deadLinks, lastWords, world } = state;
	const { lost, doubled, burning, unanswered } = judged(state);
	const leaks = growthWhileBusy(state).filter(({ isLeak }) => isLeak);
	const groups: [string, readonly string[]][] = [
		['LOST: a video was made, and nobody gets it', lost],
		['DOUBLED: paid for more than once', doubled],
		['BURNING: still waiting or running at the end', burning],
		['UNANSWERED: no video, though it was asked for again and again', unanswered],
		['TOLD TWICE in one execution', ledger.toldTwice],
		['POOR ERRORS', ledger.poorErrors],
		['LINKS that do not open', deadLinks],
		["N8N'S LOG", world.logFaults()],
		['N8N ENDED by itself, with these words', lastWords === undefined ? [] : [lastWords]],
		[
			'GROWING',
			leaks.map(({ name, from, to }) => `${name}: ${from.toFixed(0)}, then ${to.toFixed(0)}`),
		],
	];
	const seed = String(state.options.seed);
	return groups
		.filter(([, stories]) => stories.length > 0)
		.map(([title, stories]) =>
			[`\n${title} (--seed ${seed}; jobs: ${String(jobs.size)})`, ...stories].join('\n  '),
		);
}

function judged({ ledger, jobs }: SoakState) {
	const requests = Array.from(ledger.requests.values());
	return verdictOf(requests, (id) => jobs.ofAvatar(id), jobs.list());
}

/** @param isWhole everything has come to rest; before, nothing is judged */
export function tableOf(state: SoakState, isWhole: boolean): string {
	const { ledger, jobs, samples, troubles, fates, downs, stops } = state;
	const made = jobs.list().filter(({ madeVideo }) => madeVideo).length;
	const asks = Array.from(ledger.requests.values(), (request) => request.asks.length);
	const rows: [string, string][] = [
		['requests', `${String(ledger.requests.size)} (${countsText(flowsOf(state))})`],
		['asked again', String(asks.reduce((sum, count) => sum + count, 0) - asks.length)],
		['jobs paid', `${String(jobs.size)}, of which ${String(made)} made a video`],
		['videos delivered', String(ledger.deliveredCount)],
		['errors told', countsText(ledger.codes)],
		['n8n ended', `${String(downs.SIGKILL)} SIGKILL, ${String(downs.SIGTERM)} SIGTERM`],
		['executions stopped', String(stops)],
		['faults of RunPod, MinIO', `${String(sumOf(troubles))}, of ${String(troubles.size)} kinds`],
		['fates of jobs', countsText(fates)],
		['memory (RSS), MB', spanText(samples, ({ rssMb }) => rssMb)],
		['heap, MB', spanText(samples, ({ heapMb }) => heapMb)],
		['open handles', spanText(samples, ({ handles }) => handles)],
		['sockets', spanText(samples, ({ sockets }) => sockets)],
		...growthWhileBusy(state).map(({ name, from, to, perHundredJobs }): [string, string] => [
			`${name}, last life`,
			`second quarter ${from.toFixed(0)}, last ${to.toFixed(0)}${eachHundredText(perHundredJobs)}`,
		]),
		...(isWhole ? judgedRows(state) : []),
	];
	const width = Math.max(...rows.map(([name]) => name.length)) + 2;
	return rows.map(([name, value]) => `${name.padEnd(width)}${value}`).join('\n');
}

/** What n8n takes up at rest is no measure of what it takes up at work. */
function growthWhileBusy({ samples, options }: SoakState): Growth[] {
	return growthOf(samples.filter(({ atMs }) => atMs <= options.runMs));
}

function eachHundredText(growth: number | undefined): string {
	return growth === undefined ? '' : `: ${growth.toFixed(1)} with each 100 jobs`;
}

function judgedRows(state: SoakState): [string, string][] {
	const { lost, doubled, burning, unanswered } = judged(state);
	return [
		['lost', String(lost.length)],
		['doubled', String(doubled.length)],
		['burning', String(burning.length)],
		['unanswered', String(unanswered.length)],
	];
}

function flowsOf({ ledger }: SoakState): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { flow } of ledger.requests.values()) counts.set(flow, (counts.get(flow) ?? 0) + 1);
	return counts;
}

function countsText(counts: ReadonlyMap<string, number>): string {
	const texts = Array.from(counts)
		.toSorted(([, one], [, other]) => other - one)
		.map(([name, count]) => `${name} ${String(count)}`);
	return texts.length === 0 ? 'none' : texts.join(', ');
}

function spanText(samples: readonly Sample[], of: (sample: Sample) => number | undefined): string {
	const values = samples.flatMap((sample) => of(sample) ?? []);
	const [first, last] = [values[0], values.at(-1)];
	if (first === undefined || last === undefined) return 'not known';
	const most = Math.max(...values);
	return `first ${first.toFixed(0)}, last ${last.toFixed(0)}, most ${most.toFixed(0)}`;
}

function sumOf(counts: ReadonlyMap<string, number>): number {
	return Array.from(counts.values()).reduce((sum, count) => sum + count, 0);
}

const MAX_POINTS = 120;

/** Jobs and videos, memory, and handles over time. */
export function panelsOf(state: SoakState): Panel[] {
	const stride = Math.ceil(state.samples.length / MAX_POINTS);
	const samples = state.samples.filter((_, index) => index % stride === 0);
	const x = { name: 'minutes', type: 'value' } as const;
	const line = (name: string, of: (sample: Sample) => number | undefined) => ({
		name,
		points: samples.flatMap((sample) => {
			const value = of(sample);
			return value === undefined ? [] : [[sample.atMs / 60_000, value] as const];
		}),
	});
	const panel = (title: string, unit: string, series: Panel['series']): Panel => ({
		title,
		x,
		y: { name: unit, type: 'value' },
		series,
	});
	return [
		panel('Jobs paid and videos delivered', '', [
			line('jobs paid', ({ paid }) => paid),
			line('videos delivered', ({ delivered }) => delivered),
		]),
		panel("Memory of n8n's process (a new one after each restart)", 'MB', [
			line('RSS', ({ rssMb }) => rssMb),
			line('heap in use', ({ heapMb }) => heapMb),
		]),
		panel("Open handles of n8n's process, and executions that run or sleep", '', [
			line('handles', ({ handles }) => handles),
			line('sockets', ({ sockets }) => sockets),
			line('executions', ({ executions }) => executions),
		]),
	];
}
