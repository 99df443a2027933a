import * as z from 'zod/v4';

export type Json = z.infer<ReturnType<typeof z.json>>;

export const json = z.json();
export const jsonRecord = z.record(z.string(), json);
export type JsonRecord = z.infer<typeof jsonRecord>;

/** Nothing for a text that is no JSON. */
export function fromJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
