import { appendFileSync } from 'node:fs';
import * as z from 'zod/v4';

/** The tables of docs/bench.md, in their order. */
export const MEASURE_NAMES = ['jobs', 'thousand items', 'lag', 'files', 'load', 'size'] as const;

const peerFigure = z.object({
	/** As people know it: "n8n's OpenAI node". */
	name: z.string(),
	/** As it is on npm; for what is no package, such as a fixed schedule, nothing. */
	version: z.string().optional(),
	/** In the row's unit; null where it was not measured. */
	value: z.number().nullable(),
	/** Why it was not measured, or what else is to be known of its figure. */
	note: z.string().optional(),
});

/** What the value is to keep: no more, or no less, than a number in the row's unit. */
const aim = z.object({ most: z.number().optional(), least: z.number().optional() });

const point = z.object({
	/** One of `test/bench/page/panels.ts`. */
	panel: z.enum(['jobs', 'lag', 'memory', 'speed']),
	series: z.string(),
	x: z.number().or(z.string()),
	y: z.number(),
});

const benchRow = z.object({
	measure: z.enum(MEASURE_NAMES),
	/** What was measured: "5 jobs, wall clock over the longest job". */
	what: z.string(),
	/** Of this package; null where it failed, with a note. */
	value: z.number().nullable(),
	/** As it stands behind the value: "x", "MB", "ms". */
	unit: z.string(),
	/** The same of others, in this run. */
	peers: z.array(peerFigure).default([]),
	/** Said where nobody else can be measured. */
	noPeer: z.string().optional(),
	aim: aim.optional(),
	/** Why an aim is missed, or what else is to be known. */
	note: z.string().optional(),
	/** What the row adds to the plot. */
	points: z.array(point).default([]),
});

export type BenchRow = z.output<typeof benchRow>;
export type PeerFigure = z.output<typeof peerFigure>;
export type Point = z.output<typeof point>;

/** The file that a measure adds its rows to, one a line, where it runs for the page. */
export const ROWS_FILE = 'BENCH_ROWS';

/** Prints a row, and hands it on where it is wanted. */
export function addRow(given: z.input<typeof benchRow>): void {
	const row = benchRow.parse(given);
	console.log(textOf(row));
	const file = process.env[ROWS_FILE];
	if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The rows of a file that measures wrote. */
export function parseRows(text: string): BenchRow[] {
	const lines = text.split('\n').filter((line) => line !== '');
	return lines.map((line) => benchRow.parse(JSON.parse(line)));
}

/** Whether the aim is kept; undefined where there is none. */
export function isMet({ value, aim }: BenchRow): boolean | undefined {
	if (!aim) return undefined;
	if (value === null) return false;
	return value <= (aim.most ?? Infinity) && value >= (aim.least ?? -Infinity);
}

/** How many times a peer has of what this package has; undefined where one of them is not there, or nothing. */
export function ratioOf({ value }: BenchRow, peer: PeerFigure): number | undefined {
	if (value === null || peer.value === null || value === 0) return undefined;
	return peer.value / value;
}

/** A number with three digits that count, or all of them before the point. */
export function figure(value: number): string {
	const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))));
	return value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

export function aimText({ aim, unit }: BenchRow): string {
	if (!aim) return '';
	const bounds = [
		aim.least === undefined ? '' : `at least ${figure(aim.least)} ${unit}`,
		aim.most === undefined ? '' : `at most ${figure(aim.most)} ${unit}`,
	];
	return bounds.filter((bound) => bound !== '').join(', ');
}

/** "8.01 x (7.71 times ours)", or why there is no figure. */
export function peerText(row: BenchRow, peer: PeerFigure): string {
	const ratio = ratioOf(row, peer);
	const times = ratio === undefined ? '' : ` (${figure(ratio)} times ours)`;
	const value = peer.value === null ? 'not measured' : `${figure(peer.value)} ${row.unit}${times}`;
	return peer.note === undefined ? value : `${value}; ${peer.note}`;
}

function textOf(row: BenchRow): string {
	const { measure, what, value, unit, peers, note } = row;
	const met = isMet(row);
	const aim = met === undefined ? '' : ` (aim: ${aimText(row)}${met ? '' : ', missed'})`;
	const own = value === null ? 'not measured' : `${figure(value)} ${unit}`;
	const beside = peers.map((peer) => `; ${peer.name}: ${peerText(row, peer)}`).join('');
	return `${measure}: ${what}: ${own}${aim}${beside}${note === undefined ? '' : `. ${note}`}`;
}
