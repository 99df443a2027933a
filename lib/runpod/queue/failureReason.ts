import { isJsonObject, type JsonObject } from '../../base/data/json';
import { isInlineFile } from '../../base/data/inlineText';
import { createJsonCopier } from '../../base/data/jsonCopy';
import { cleanRemoteText } from '../../base/data/remoteText';
import { readRecord } from '../http/answer';

/** What is needed to read what others wrote. */
export interface Reading {
	/** Values that are masked. */
	secrets: readonly string[];
	/** The JSON text that it stands in. */
	source: string;
}

/** The worker's words for a failure, cleaned: `error` as text, as JSON text, or as an object; else words in `output`. */
export function reasonIn(
	{ error, output }: { error?: unknown; output?: unknown },
	reading: Reading,
): string {
	const words = wordsIn(error, reading, 0) ?? wordsIn(output, reading, 0);
	const reason = cleanRemoteText(words ?? '', reading.secrets);
	return reason === '' ? 'no reason given' : reason;
}

const OUTPUT_FIELDS = [
	'error_message',
	'error',
	'errors',
	'message',
	'detail',
	'output',
	'result',
	'status',
] as const;
const MAX_LISTED = 10;

/** What an output without a video says: its words where it has some, else what there is of it; empty for nothing at all. */
export function wordsOfOutput(output: unknown, reading: Reading): string {
	const words = saidIn(output, 0) ?? shown(output, reading) ?? '';
	return cleanRemoteText(words, reading.secrets);
}

function saidIn(value: unknown, wrappings: number): string | undefined {
	if (typeof value === 'string') {
		if (value.trim() === '' || isInlineFile(value)) return undefined;
		const body = wrappings < MAX_WRAPPINGS ? readRecord(value) : undefined;
		return body ? saidIn(body, wrappings + 1) : value;
	}
	if (wrappings >= MAX_WRAPPINGS) return undefined;
	if (isJsonObject(value)) return saidInFields(value, wrappings + 1);
	return Array.isArray(value) ? firstSaid(value.slice(0, MAX_LISTED), wrappings + 1) : undefined;
}

/** Beside an error, a message may say what was wrong, or that all is well. */
function saidInFields(value: JsonObject, wrappings: number): string | undefined {
	const fields = OUTPUT_FIELDS.map((name) => value[name]);
	const words = firstSaid(fields, wrappings);
	const { message } = value;
	if (typeof message !== 'string' || words === undefined) return words;
	const said = saidIn(message, wrappings);
	return said === undefined || said === words ? words : `${words} (${said})`;
}

function firstSaid(values: readonly unknown[], wrappings: number): string | undefined {
	for (const one of values) {
		const words = saidIn(one, wrappings);
		if (words !== undefined) return words;
	}
	return undefined;
}

const REASON_FIELDS = ['error_message', 'message', 'error', 'detail'] as const;
/** Of objects, or JSON texts, within one another. */
const MAX_WRAPPINGS = 8;
const MAX_TYPE_LENGTH = 500;

function wordsIn(value: unknown, reading: Reading, wrappings: number): string | undefined {
	if (typeof value === 'string') return wordsInText(value, reading, wrappings);
	if (Array.isArray(value)) return shown(value, reading);
	if (!isJsonObject(value)) return undefined;
	if (wrappings < MAX_WRAPPINGS)
		for (const name of REASON_FIELDS) {
			const words = wordsIn(value[name], reading, wrappings + 1);
			if (words !== undefined) return words;
		}
	return 'error_message' in value ? errorType(value) : shown(value, reading);
}

/** What Python's worker library says of an error without words: `<class 'ValueError'>`, and the traceback that ends with it. */
function errorType({ error_type, error_traceback }: JsonObject): string | undefined {
	const named = typeof error_type === 'string' ? error_type.slice(0, MAX_TYPE_LENGTH).trim() : '';
	const type = /^<class '([^']+)'>$/.exec(named)?.[1] ?? named;
	if (type !== '') return `${type} (without a message)`;
	if (typeof error_traceback !== 'string') return undefined;
	return error_traceback.slice(-MAX_TYPE_LENGTH).trim().split('\n').at(-1);
}

function wordsInText(text: string, reading: Reading, wrappings: number): string | undefined {
	if (text.trim() === '' || isInlineFile(text)) return undefined;
	const body = wrappings < MAX_WRAPPINGS ? readRecord(text) : undefined;
	return body ? wordsIn(body, { ...reading, source: text }, wrappings + 1) : text;
}

// Of this, 500 characters are shown.
const SHOWN_BOUNDS = { levels: 8, values: 100, textLength: 1000, totalLength: 10_000 };

function shown(value: unknown, reading: Reading): string | undefined {
	const text = JSON.stringify(createJsonCopier({ ...reading, bounds: SHOWN_BOUNDS }).copy(value));
	return text === '{}' || text === '[]' || text === 'null' ? undefined : text;
}
