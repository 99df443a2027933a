import { fromJson, isJsonObject, type JsonObject } from '../../base/data/json';
import { cleanRemoteText } from '../../base/data/remoteText';
import type { HttpAnswer } from './http';

/** The JSON object in an answer, as it came, or nothing where the body is HTML, empty or another kind of JSON. */
export function readRecord(text: string): JsonObject | undefined {
	const value = fromJson(text);
	return isJsonObject(value) ? value : undefined;
}

/** Where RunPod's APIs and their edge put words about a fault: problem+json, `{error}`, `{message}`, GraphQL's `errors`. */
const FAULT_FIELDS = ['detail', 'error', 'message', 'title'] as const;
const MAX_LISTED = 10;

/** What an answer that is a fault says, cleaned and without the `secrets`; the status code alone when it says nothing. */
export function faultText({ status, text }: HttpAnswer, secrets: readonly string[]): string {
	const said = cleanRemoteText(saidIn(readRecord(text)) ?? plainIn(text), secrets);
	return said === '' ? `HTTP ${String(status)}` : `HTTP ${String(status)}: ${said}`;
}

/** A list, or JSON that was cut off, may hold the environment of a worker. */
function plainIn(text: string): string {
	return /^\s*[[{]/.test(text) ? '' : text;
}

function saidIn(body: JsonObject | undefined): string | undefined {
	if (!body) return undefined;
	const { errors } = body;
	const listed: unknown[] = Array.isArray(errors)
		? errors.slice(0, MAX_LISTED).map((one: unknown) => (isJsonObject(one) ? one.message : one))
		: [];
	const word = FAULT_FIELDS.map((name) => body[name]).find((value) => isText(value));
	return [word, ...listed].filter((value) => isText(value)).join(' ');
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}
