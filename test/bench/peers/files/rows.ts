import { addRow, figure, type PeerFigure } from '../../rows';
import { CARRIERS, type CarrierName, type Direction } from './carriers';

/** V8 looks for buffers that nobody needs any more once there are 64 MB of them: growth is up to that, and what is in use. */
const AIM_MB = 80;
/** Growth that no timing of the garbage collection explains: the file was in memory. */
const NOT_STREAMED_MB = 150;

const READ_TWICE =
	'The file is read twice: it is checked whole before anything is paid for, and its key is its SHA-256, so that it is stored once';

/** What came of carrying a file one way, or why nothing did. */
export interface Carried {
	name: CarrierName;
	direction: Direction;
	grownMb?: number;
	mbPerSecond?: number;
	processorSeconds?: number;
	why?: string;
}

/** Four rows for each of our two ways. @returns whether ours did what it must: the same bytes, and streamed */
export function addFileRows(carried: readonly Carried[], sizeMb: number): boolean {
	const ours = carried.filter(({ name }) => CARRIERS[name].peer === undefined);
	for (const own of ours) {
		const beside = carried.filter(
			({ name, direction }) => CARRIERS[name].peer !== undefined && direction === own.direction,
		);
		addMemoryRow(own, beside, sizeMb);
		addSpeedRow(own, beside, sizeMb);
	}
	return ours.every(({ grownMb = Infinity }) => grownMb <= NOT_STREAMED_MB);
}

function addMemoryRow(own: Carried, beside: readonly Carried[], sizeMb: number): void {
	addRow({
		measure: 'files',
		what: `${whatOf(own, sizeMb)}, peak memory over idle`,
		value: own.grownMb ?? null,
		unit: 'MB',
		peers: beside.map((one) => figureOf(one, one.grownMb)),
		aim: { most: AIM_MB },
		...noteOf(own),
		points: pointsOf('memory', [own, ...beside], ({ grownMb }) => grownMb),
	});
}

function addSpeedRow(own: Carried, beside: readonly Carried[], sizeMb: number): void {
	const fastest = Math.max(0, ...beside.map(({ mbPerSecond = 0 }) => mbPerSecond));
	addRow({
		measure: 'files',
		what: `${whatOf(own, sizeMb)}, speed`,
		value: own.mbPerSecond ?? null,
		unit: 'MB/s',
		peers: beside.map((one) => figureOf(one, one.mbPerSecond)),
		aim: { least: fastest },
		...noteOf(own),
		points: pointsOf('speed', [own, ...beside], ({ mbPerSecond }) => mbPerSecond),
	});
}

function whatOf({ name, direction }: Carried, sizeMb: number): string {
	return `${String(sizeMb)} MB ${direction}, ${CARRIERS[name].name}`;
}

function figureOf(carried: Carried, value: number | undefined): PeerFigure {
	const { name: known, peer } = CARRIERS[carried.name];
	const version = peer === undefined ? {} : { version: peer.version };
	return { name: known, ...version, value: value ?? null, ...noteOf(carried) };
}

function noteOf({ name, direction, why, processorSeconds }: Carried): { note?: string } {
	if (why !== undefined) return { note: why };
	if (processorSeconds === undefined) return {};
	const used = `${figure(processorSeconds)} s of processor time`;
	return { note: name === 'generate' && direction === 'up' ? `${used}. ${READ_TWICE}` : used };
}

function pointsOf(
	panel: 'memory' | 'speed',
	carried: readonly Carried[],
	valueOf: (one: Carried) => number | undefined,
) {
	return carried.flatMap((one) => {
		const y = valueOf(one);
		return y === undefined ? [] : [{ panel, series: CARRIERS[one.name].name, x: one.direction, y }];
	});
}
