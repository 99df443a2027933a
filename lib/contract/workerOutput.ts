import { isInPieces, videoInPieces } from '../base/data/inlinePieces';
import { inlineVideoIn, type InlineVideo } from '../base/data/inlineText';
import { fromJson, isJsonObject, type JsonObject, type JsonRecord } from '../base/data/json';
import { createJsonCopier, type JsonCopier } from '../base/data/jsonCopy';
import { isNamed, OUTPUT_NAMES, readJobOutput, type JobOutput } from './jobOutput';

/** What a finished job gave: where its video lies, or the video itself. */
export interface WorkerOutput {
	/** Without a key and a link where the video stands in the answer alone. */
	output: JobOutput;
	/** The video itself, also beside a key or a link. */
	video?: InlineVideo;
}

/**
 * Reads the output of any worker: one by the contract, or one that puts the video, or its address, elsewhere in it. Nothing
 * when there is no video in it.
 */
export function readWorkerOutput(
	output: unknown,
	copier: JsonCopier = createJsonCopier(),
): WorkerOutput | undefined {
	const found = findAnywhere(output, copier);
	if (!found) return undefined;
	const { objects, link, video } = found;
	const more = moreOf(objects, copier);
	const fields = fieldsOf(objects);
	const named = readJobOutput(link === undefined ? fields : { ...fields, video_url: link }, copier);
	if (named) return { output: { ...named, more }, ...(video ? { video } : {}) };
	if (!video) return undefined;
	// The key that makes it readable is none of the worker's.
	const rest = readJobOutput({ ...fields, minio_key: 'inline' }, copier);
	return rest && { output: { ...rest, minio_key: null, video_url: null, more }, video };
}

/** One object on the way to the video, and the field by which the way goes on. */
interface Step {
	object: JsonObject;
	through: string | undefined;
}

interface Found {
	/** From the outermost on. */
	objects: Step[];
	link?: string;
	video?: InlineVideo;
}

interface Place {
	level: number;
	/** Whether an address there is one of a video, whatever it ends with. */
	isVideos: boolean;
	/** The output itself, or an entry of a list that it is: what an object there holds may be anything. */
	isBare: boolean;
	/** Whether each name on the way says that a video may lie there: then an address is one of it. */
	isKnown: boolean;
	/** Whether fields of any name are looked into. */
	isAnyName: boolean;
	search: Search;
}

interface Search {
	/** How many more values are looked at in all: an answer may be made to hold up its reader. */
	left: number;
	/** JSON texts within the answer, each parsed once. */
	parsed: Map<string, unknown>;
}

const MAX_VALUES = 2000;
const MAX_LEVELS = 6;
const MAX_ENTRIES = 50;
const MAX_LINK_LENGTH = 64 * 1024;

/** In the order in which they are looked into. */
const VIDEO_FIELDS = [
	'video_base64',
	'video',
	'video_url',
	'video_data',
	'videos',
	'video_b64',
	'output_video',
	'mp4',
	'video_path',
] as const;
const OTHER_FIELDS = [
	'output',
	'outputs',
	'result',
	'results',
	'data',
	'base64',
	'url',
	'output_url',
	'download_url',
	'signed_url',
	'file',
	'files',
	'gifs',
	'images',
	'file_base64',
	'content',
	'message',
] as const;
const KNOWN_FIELDS: ReadonlySet<string> = new Set([...VIDEO_FIELDS, ...OTHER_FIELDS]);
/** Of what a worker sends back of its input or made on the way: never the result. */
const INPUT_FIELDS =
	/input|request|driving|reference|source|template|motion|pose|mask|face|background/i;

function findAnywhere(output: unknown, { isCrowded }: JsonCopier): Found | undefined {
	const search: Search = { left: MAX_VALUES, parsed: new Map() };
	const place = { level: 1, isVideos: true, isBare: true, isKnown: true, search };
	const found = find(output, { ...place, isAnyName: false });
	return found ?? (isCrowded ? undefined : find(output, { ...place, isAnyName: true }));
}

function find(value: unknown, place: Place): Found | undefined {
	if (typeof value === 'string') return findInText(value, place);
	if (place.level > MAX_LEVELS || --place.search.left < 0) return undefined;
	if (Array.isArray(value)) return findInList(value, place);
	return isJsonObject(value) ? findInObject(value, place) : undefined;
}

/** A generator gives its best last; of a list of videos the first is meant. */
function findInList(list: readonly unknown[], place: Place): Found | undefined {
	const video = videoInPieces(list);
	if (video) return { objects: [], video };
	const entries = place.level === 1 ? list.slice(-MAX_ENTRIES).reverse() : list;
	for (const entry of entries.slice(0, MAX_ENTRIES)) {
		const found = find(entry, { ...place, level: place.level + 1 });
		if (found) return found;
	}
	return undefined;
}

function findInObject(object: JsonObject, place: Place): Found | undefined {
	if (place.isKnown && isNamed(object)) return besideName(object);
	const level = place.level + 1;
	const isVideos = place.isVideos && !place.isBare;
	const through = (name: string, areVideos: boolean, isKnown = place.isKnown) => {
		if (!Object.hasOwn(object, name)) return undefined;
		const within = { ...place, level, isVideos: areVideos, isBare: false, isKnown };
		const found = find(object[name], within);
		return found && { ...found, objects: [{ object, through: name }, ...found.objects] };
	};
	for (const name of VIDEO_FIELDS) {
		const found = through(name, true);
		if (found) return found;
	}
	for (const name of OTHER_FIELDS) {
		const found = through(name, isVideos);
		if (found) return found;
	}
	for (const name of place.isAnyName ? otherNames(object) : []) {
		// ComfyUI's history has the outputs under the numbers of its nodes.
		const found = through(name, isVideos, place.isKnown && /^\d+$/.test(name));
		if (found) return found;
	}
	return undefined;
}

function otherNames(object: JsonObject): string[] {
	return Object.keys(object).filter((name) => !KNOWN_FIELDS.has(name) && !INPUT_FIELDS.test(name));
}

/** A worker whose upload failed may name a key all the same. */
function besideName(object: JsonObject): Found {
	for (const name of VIDEO_FIELDS) {
		const value = object[name];
		const video = typeof value === 'string' ? inlineVideoIn(value) : undefined;
		if (video) return { objects: [{ object, through: undefined }], video };
	}
	return { objects: [{ object, through: undefined }] };
}

function findInText(text: string, place: Place): Found | undefined {
	const video = inlineVideoIn(text);
	if (video) return { objects: [], video };
	const trimmed = text.length > MAX_LINK_LENGTH && !/^\s*[[{]/.test(text) ? '' : text.trim();
	if (/^https?:\/\/[^\s/]/i.test(trimmed) && URL.canParse(trimmed))
		return place.isKnown && isVideoLink(trimmed, place.isVideos)
			? { objects: [], link: trimmed }
			: undefined;
	const inner = /^[[{]/.test(trimmed) ? parsedOnce(trimmed, place.search) : undefined;
	return inner === undefined ? undefined : find(inner, { ...place, level: place.level + 1 });
}

function parsedOnce(text: string, { parsed }: Search): unknown {
	if (!parsed.has(text)) parsed.set(text, fromJson(text));
	return parsed.get(text);
}

function isVideoLink(link: string, isVideos: boolean): boolean {
	const { pathname } = new URL(link);
	if (/\.(mp4|mov|webm)$/i.test(pathname)) return true;
	return isVideos && !/\.(png|jpe?g|webp|gif|json|txt|log|zip|wav|mp3)$/i.test(pathname);
}

/** The contract's fields, of the innermost object that has them. */
function fieldsOf(steps: readonly Step[]): JsonObject {
	return Object.fromEntries(
		OUTPUT_NAMES.flatMap((name) => {
			const holder = steps.findLast(({ object }) => Object.hasOwn(object, name))?.object;
			return holder ? [[name, holder[name]]] : [];
		}),
	);
}

/** What else the objects say, without the way to the video. */
function moreOf(steps: readonly Step[], copier: JsonCopier): JsonRecord {
	const copies = steps.map(({ object, through }) => {
		const isWay = through !== undefined && !hasSeveral(object[through]);
		return copier.copyFields(object, isWay ? [...OUTPUT_NAMES, through] : OUTPUT_NAMES);
	});
	return Object.fromEntries(copies.flatMap((copy) => Object.entries(copy)));
}

function hasSeveral(value: unknown): boolean {
	return Array.isArray(value) && value.length > 1 && !isInPieces(value);
}
