import { boxesIn, findBox, tableParts, topLevel, type Box } from './mp4Boxes';
import { readFragments, type FragmentedTrack, type FrameTimes } from './mp4Fragments';
import { PartFile, textAt, TooLong, Unreadable, type RangedReader } from './partFile';

/** What an MP4 says of its video track; null where it does not say, or where that takes more reading than is allowed. */
export interface Mp4Facts {
	durationSeconds: number | null;
	/** In pixels, as coded. */
	width: number | null;
	height: number | null;
	/** Frames a second, on average. */
	fps: number | null;
}

/** What an MP4 or MOV is found to be. */
export type Mp4Look =
	/** Of so many frames as were counted; a header may name a video of none. */
	| { tag: 'video'; facts: Mp4Facts; frames: number }
	/** It has tracks, and none of them is a video. */
	| { tag: 'noVideo' }
	/** It ends before its frames do, or has no header. */
	| { tag: 'cutOff' }
	/** Its header is not as the format wants. */
	| { tag: 'damaged' }
	/** It may be as the format wants, but would have to be read further than is allowed. */
	| { tag: 'tooLong' };

/**
 * Facts of an MP4 or MOV from its header, wherever that stands: before or after the frames, or in fragments.
 * @returns nothing for a file that is no MP4, is cut off, or has no video
 */
export async function parseMp4Facts(reader: RangedReader): Promise<Mp4Facts | undefined> {
	const look = await lookAtMp4(new PartFile(reader));
	if (look.tag === 'tooLong') return UNKNOWN;
	return look.tag === 'video' ? look.facts : undefined;
}

/** Reads the header of an MP4 or MOV, and whether all of it has come. */
export async function lookAtMp4(file: PartFile): Promise<Mp4Look> {
	try {
		const moov = await readable(findBox(file, topLevel(file), 'moov'));
		if (!moov || moov.isCut) return { tag: 'cutOff' };
		const track = await readVideoTrack(file, moov);
		if (track === 'none') return { tag: 'noVideo' };
		if (!track) return { tag: 'damaged' };
		const { width, height } = track;
		const times = await readTimes(file, track);
		if (await isCutOff(file)) return { tag: 'cutOff' };
		const facts = { width, height, ...timesOf(track, times) };
		return { tag: 'video', facts, frames: times.frames };
	} catch (error) {
		if (error instanceof Unreadable) return { tag: 'damaged' };
		if (error instanceof TooLong) return { tag: 'tooLong' };
		throw error;
	}
}

/** Nothing in place of what is not as its format wants. */
async function readable<T>(work: Promise<T>): Promise<T | undefined> {
	try {
		return await work;
	} catch (error) {
		if (error instanceof Unreadable) return undefined;
		throw error;
	}
}

// A header of the next box may cost as much.
const LOOK_BYTES = 16 * 1024;

const UNKNOWN: Mp4Facts = { durationSeconds: null, width: null, height: null, fps: null };

const FRAME_BOXES = new Set(['mdat', 'moof', 'moov']);

/** A header that comes first says nothing of whether all frames have come: the length of their box does. */
async function isCutOff(file: PartFile): Promise<boolean> {
	return (await readable(hasCutFrames(file))) ?? false;
}

/** What some programs put behind the last box is no box, and cuts nothing off. */
async function hasCutFrames(file: PartFile): Promise<boolean> {
	for await (const box of boxesIn(file, topLevel(file))) {
		if (box.isCut) return FRAME_BOXES.has(box.type);
		if (file.isNearItsLimit(LOOK_BYTES)) break;
	}
	return false;
}

/** The header's frames, and those of the fragments where it says that some may follow. */
async function readTimes(file: PartFile, track: VideoTrack): Promise<FrameTimes> {
	if (track.frames > 0 && !track.isFragmented) return track;
	const { frames, ticks, lengthTicks } = await readFragments(file, track);
	const sum = { frames: track.frames + frames, ticks: track.ticks + ticks };
	return lengthTicks === undefined ? sum : { ...sum, lengthTicks };
}

interface VideoTrack extends FragmentedTrack, FrameTimes {
	isFragmented: boolean;
	width: number;
	height: number;
	/** Ticks a second. */
	timescale: number;
	/** How long the track is by the header, in ticks; 0 where it leaves that to the fragments. */
	headerTicks: number;
}

/** The first video track that is no still picture, such as a cover; else the first; nothing where the header does not tell what its tracks are. */
async function readVideoTrack(file: PartFile, moov: Box): Promise<VideoTrack | 'none' | undefined> {
	let named = 0;
	let unnamed = 0;
	let still: VideoTrack | undefined;
	for await (const trak of boxesIn(file, moov)) {
		if (trak.type !== 'trak') continue;
		const handler = await findBox(file, trak, 'mdia', 'hdlr');
		const kind = handler && textAt(await file.bytes(handler.start, 12), 8);
		if (kind === undefined) unnamed++;
		else named++;
		if (kind !== 'vide') continue;
		const track = await readTrack(file, moov, trak);
		if (track?.frames !== 1 || track.isFragmented) return track;
		still ??= track;
	}
	if (still) return still;
	return named > 0 && unnamed === 0 ? 'none' : undefined;
}

async function readTrack(file: PartFile, moov: Box, trak: Box): Promise<VideoTrack | undefined> {
	const tkhd = await findBox(file, trak, 'tkhd');
	const mdhd = await findBox(file, trak, 'mdia', 'mdhd');
	const stbl = await findBox(file, trak, 'mdia', 'minf', 'stbl');
	const stsd = stbl && (await findBox(file, stbl, 'stsd'));
	if (!tkhd || !mdhd || !stsd) return undefined;
	const mvex = await findBox(file, moov, 'mvex');
	const id = await readTrackId(file, tkhd);
	// After the count of entries: size and type of the first, and 24 bytes of its own.
	const entry = await file.bytes(stsd.start, 44);
	const times = await readFrameTimes(file, stbl);
	const { timescale, headerTicks } = await readMediaHeader(file, mdhd);
	return {
		id,
		width: entry.getUint16(40),
		height: entry.getUint16(42),
		timescale,
		// A header with frames of its own before the fragments tells only their length.
		headerTicks: mvex && times.frames > 0 ? 0 : headerTicks,
		...times,
		isFragmented: mvex !== undefined,
		defaultFrameTicks: mvex ? await readDefaultTicks(file, mvex, id) : 0,
	};
}

async function readTrackId(file: PartFile, tkhd: Box): Promise<number> {
	const isLong = (await file.bytes(tkhd.start, 1)).getUint8(0) === 1;
	return (await file.bytes(tkhd.start + (isLong ? 20 : 12), 4)).getUint32(0);
}

async function readMediaHeader(file: PartFile, mdhd: Box) {
	const isLong = (await file.bytes(mdhd.start, 1)).getUint8(0) === 1;
	const view = await file.bytes(mdhd.start, isLong ? 32 : 20);
	const ticks = isLong ? Number(view.getBigUint64(24)) : view.getUint32(16);
	const timescale = view.getUint32(isLong ? 20 : 12);
	// All bits set: not known.
	const isKnown = ticks < (isLong ? Number.MAX_SAFE_INTEGER : 0xff_ff_ff_ff);
	return { timescale, headerTicks: isKnown ? ticks : 0 };
}

/** The table of how long frames last: pairs of a count and the ticks of each. */
async function readFrameTimes(file: PartFile, stbl: Box): Promise<FrameTimes> {
	const stts = await findBox(file, stbl, 'stts');
	if (!stts) return { frames: 0, ticks: 0 };
	const count = (await file.bytes(stts.start + 4, 4)).getUint32(0);
	let frames = 0;
	let ticks = 0;
	const table = { start: stts.start + 8, end: stts.end };
	for await (const pairs of tableParts(file, table, count, 8))
		for (let at = 0; at < pairs.byteLength; at += 8) {
			frames += pairs.getUint32(at);
			ticks += pairs.getUint32(at) * pairs.getUint32(at + 4);
		}
	return { frames, ticks };
}

async function readDefaultTicks(file: PartFile, mvex: Box, trackId: number): Promise<number> {
	for await (const trex of boxesIn(file, mvex)) {
		if (trex.type !== 'trex') continue;
		const view = await file.bytes(trex.start, 16);
		if (view.getUint32(4) === trackId) return view.getUint32(12);
	}
	return 0;
}

function timesOf(
	{ timescale, headerTicks }: VideoTrack,
	{ frames, ticks, lengthTicks = ticks }: FrameTimes,
): Pick<Mp4Facts, 'durationSeconds' | 'fps'> {
	const wholeTicks = headerTicks > 0 ? headerTicks : lengthTicks;
	if (timescale === 0) return { durationSeconds: null, fps: null };
	return {
		durationSeconds: wholeTicks > 0 ? wholeTicks / timescale : null,
		fps: ticks > 0 ? (frames * timescale) / ticks : null,
	};
}
