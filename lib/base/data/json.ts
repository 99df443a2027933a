import * as z from 'zod/v4';
import { createJsonCopier, type Json, type JsonObject, type JsonRecord } from './jsonCopy';

export type { Json, JsonObject, JsonRecord };

export function isJsonObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with whatever fields: zod's own record fails on one with a field `constructor` that is null. */
export const anyObject = z.custom<JsonObject>(isJsonObject);

const copier = createJsonCopier();

/** Takes whatever `JSON.parse` makes, within the bounds of a copy. */
export const json = z.unknown().transform((value): Json => copier.copy(value));

export const jsonRecord = z.unknown().transform((value, context): JsonRecord => {
	if (isJsonObject(value)) return copier.copyFields(value);
	context.addIssue({ code: 'custom', message: 'is not an object' });
	return z.NEVER;
});

/** Nothing for a text that is no JSON. */
export function fromJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
