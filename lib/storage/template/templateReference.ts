import * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import { objectKey } from '../../contract/objectKey';
import { text } from '../../base/data/text';
import { isTemplateId } from '../objects/fileName';

/** A template as a user names it. */
export type TemplateReference = { id: string } | { path: string };

const named = z.object({ mode: z.string().optional(), value: text.nullish() });

/**
 * Reads what a template is chosen by: the text, and the way it was chosen, which a bare text of an expression has not.
 * @throws InvalidInput when it is empty, or no key
 */
export function parseTemplateReference(chosen: unknown): TemplateReference {
	const { mode, value } = named.safeParse(chosen).data ?? {};
	const isId = isTemplateId(mode, value ?? '');
	const key = objectKey.safeParse(value ?? '');
	if (key.success) return isId ? { id: key.data } : { path: key.data };
	throw new InvalidInput(key.error.issues.map(({ message }) => ({ field: 'Template', message })));
}
