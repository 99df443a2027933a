import { boxesIn, findBox, tableParts, topLevel, type Box } from './mp4Boxes';
import { textAt, type PartFile } from './partFile';

/** Frames that were counted, and the ticks that they take. */
export interface FrameTimes {
	frames: number;
	ticks: number;
	/** How long the track is, where not all of it was counted. */
	lengthTicks?: number;
}

export interface FragmentedTrack {
	id: number;
	/** Ticks of a frame of a fragment that does not say it. */
	defaultFrameTicks: number;
}

// For the index at the end, and the last fragment.
const RESERVED_BYTES = 16 * 1024;

/** The frames of all fragments; where there are too many to look at, of the first ones, and the length by the index. */
export async function readFragments(file: PartFile, track: FragmentedTrack): Promise<FrameTimes> {
	const sum: FrameTimes = { frames: 0, ticks: 0 };
	for await (const box of boxesIn(file, topLevel(file))) {
		if (file.isNearItsLimit(RESERVED_BYTES))
			return { ...sum, lengthTicks: (await lengthByIndex(file, track)) ?? 0 };
		if (box.type === 'moof') add(sum, await readMoof(file, box, track));
	}
	return sum;
}

function add(sum: FrameTimes, { frames, ticks }: FrameTimes): void {
	sum.frames += frames;
	sum.ticks += ticks;
}

async function readMoof(file: PartFile, moof: Box, track: FragmentedTrack): Promise<FrameTimes> {
	const sum: FrameTimes = { frames: 0, ticks: 0 };
	for await (const traf of boxesIn(file, moof))
		if (traf.type === 'traf') add(sum, await readFragment(file, traf, track));
	return sum;
}

// The last box of the index tells how large the index is.
const MFRO_BYTES = 16;

/** The index at the end of the file names the time and the place of each fragment: the last one ends the track. */
async function lengthByIndex(file: PartFile, track: FragmentedTrack): Promise<number | undefined> {
	const mfro = await file.bytes(file.sizeBytes - MFRO_BYTES, MFRO_BYTES);
	if (textAt(mfro, 4) !== 'mfro') return undefined;
	const start = file.sizeBytes - mfro.getUint32(12);
	const mfra = await findBox(file, { ...topLevel(file), start }, 'mfra');
	if (!mfra) return undefined;
	for await (const tfra of boxesIn(file, mfra)) {
		if (tfra.type !== 'tfra') continue;
		const head = await file.bytes(tfra.start, 16);
		if (head.getUint32(4) === track.id) return await endOfLast(file, tfra, head, track);
	}
	return undefined;
}

async function endOfLast(
	file: PartFile,
	tfra: Box,
	head: DataView,
	track: FragmentedTrack,
): Promise<number | undefined> {
	const count = head.getUint32(12);
	if (count === 0) return undefined;
	const isLong = head.getUint8(0) === 1;
	// Three numbers of 1 to 4 bytes follow time and place; two bits say how long each is.
	const lengths = head.getUint32(8);
	const numberBytes = [0, 2, 4].map((shift) => ((lengths >> shift) & 3) + 1);
	const entryBytes = (isLong ? 16 : 8) + numberBytes.reduce((sum, bytes) => sum + bytes, 0);
	const at = tfra.start + 16 + (count - 1) * entryBytes;
	if (at + entryBytes > tfra.end) return undefined;
	const entry = await file.bytes(at, isLong ? 16 : 8);
	const time = isLong ? Number(entry.getBigUint64(0)) : entry.getUint32(0);
	const place = isLong ? Number(entry.getBigUint64(8)) : entry.getUint32(4);
	const moof = await findBox(file, { ...topLevel(file), start: place }, 'moof');
	return moof && time + (await readMoof(file, moof, track)).ticks;
}

// Flags of a fragment's and of a run's header: which fields it has.
const BASE_DATA_OFFSET = 0x01;
const DESCRIPTION_INDEX = 0x02;
const DEFAULT_DURATION = 0x08;
const DATA_OFFSET = 0x01;
const FIRST_FLAGS = 0x04;
const FRAME_DURATION = 0x1_00;
const FRAME_FIELDS = [FRAME_DURATION, 0x2_00, 0x4_00, 0x8_00];

async function readFragment(
	file: PartFile,
	traf: Box,
	{ id, defaultFrameTicks }: FragmentedTrack,
): Promise<FrameTimes> {
	const none = { frames: 0, ticks: 0 };
	const tfhd = await findBox(file, traf, 'tfhd');
	if (!tfhd) return none;
	const head = await file.bytes(tfhd.start, 8);
	if (head.getUint32(4) !== id) return none;
	const flags = head.getUint32(0);
	const at = 8 + (flags & BASE_DATA_OFFSET ? 8 : 0) + (flags & DESCRIPTION_INDEX ? 4 : 0);
	const frameTicks =
		flags & DEFAULT_DURATION
			? (await file.bytes(tfhd.start + at, 4)).getUint32(0)
			: defaultFrameTicks;
	let { frames, ticks } = none;
	for await (const trun of boxesIn(file, traf)) {
		if (trun.type !== 'trun') continue;
		const run = await readRun(file, trun, frameTicks);
		frames += run.frames;
		ticks += run.ticks;
	}
	return { frames, ticks };
}

async function readRun(file: PartFile, trun: Box, frameTicks: number): Promise<FrameTimes> {
	const head = await file.bytes(trun.start, 8);
	const flags = head.getUint32(0);
	const frames = head.getUint32(4);
	if (!(flags & FRAME_DURATION)) return { frames, ticks: frames * frameTicks };
	const first = trun.start + 8 + (flags & DATA_OFFSET ? 4 : 0) + (flags & FIRST_FLAGS ? 4 : 0);
	const entryBytes = 4 * FRAME_FIELDS.filter((field) => flags & field).length;
	const table = { start: first, end: trun.end };
	let ticks = 0;
	for await (const entries of tableParts(file, table, frames, entryBytes))
		for (let at = 0; at < entries.byteLength; at += entryBytes) ticks += entries.getUint32(at);
	return { frames, ticks };
}
