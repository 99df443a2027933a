import * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import { objectKey } from '../../contract/objectKey';
import { text } from '../../base/data/text';
import { isTemplateId } from '../objects/fileName';

/** A template as a user names it. */
export type TemplateReference = { id: string } | { path: string };

/** What the field of the form gives: a choice with its mode, or from an expression the bare text. */
const reference = z.union([
	z.looseObject({ mode: z.string(), value: text.nullish() }),
	text.transform((value) => ({ mode: '', value })),
]);

/**
 * Reads the field to choose a template by.
 * @throws InvalidInput when it is empty, or no key
 */
export function parseTemplateReference(field: unknown): TemplateReference {
	const { data } = reference.safeParse(field);
	const value = data?.value ?? '';
	const mode = data?.mode === '' ? undefined : data?.mode;
	const isId = isTemplateId(mode, value);
	const key = objectKey.safeParse(isId ? value.trim() : value);
	if (key.success) return isId ? { id: key.data } : { path: key.data };
	throw new InvalidInput(key.error.issues.map(({ message }) => ({ field: 'Template', message })));
}
