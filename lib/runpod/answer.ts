import * as z from 'zod/v4';
import { jsonRecord, type JsonRecord } from '../contract/json';
import { cleanRemoteText } from '../contract/remoteText';
import type { HttpAnswer } from './http';

const jsonText = z.string().transform((text, context): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		context.addIssue({ code: 'custom', message: 'is not JSON' });
		return z.NEVER;
	}
});

/** The JSON object in an answer, or nothing where the body is HTML, empty or another kind of JSON. */
export function readRecord(text: string): JsonRecord | undefined {
	const { success, data } = jsonText.pipe(jsonRecord).safeParse(text);
	return success ? data : undefined;
}

/** Where the queue API and its edge put words about a fault: problem+json, `{error}`, `{message}`. */
const FAULT_FIELDS = ['detail', 'error', 'message', 'title'] as const;

/** What an answer that is a fault says, cleaned; the status code alone when it says nothing. */
export function faultText({ status, text }: HttpAnswer): string {
	const said = saidIn(readRecord(text)) ?? cleanRemoteText(text);
	return said === '' ? `HTTP ${String(status)}` : `HTTP ${String(status)}: ${said}`;
}

function saidIn(body: JsonRecord | undefined): string | undefined {
	if (!body) return undefined;
	const text = FAULT_FIELDS.map((name) => body[name]).find(
		(value): value is string => typeof value === 'string' && value !== '',
	);
	const { errors } = body;
	const listed = Array.isArray(errors) ? errors.filter((entry) => typeof entry === 'string') : [];
	return cleanRemoteText([text, ...listed].filter((part) => part !== undefined).join(' '));
}
