import type * as z from 'zod/v4';
import { isJsonObject } from './json';
import { Secret, secretsIn } from './secret';

/** Every secret that some rules find in raw settings, each field for itself: also where another is malformed. */
export function secretFields(rules: Readonly<Record<string, z.ZodType>>, raw: unknown): Secret[] {
	if (!isJsonObject(raw)) return [];
	const read = Object.entries(rules).map(([name, rule]) => rule.safeParse(raw[name]));
	return secretsIn(read).map((value) => new Secret(value));
}
