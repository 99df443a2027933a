import * as z from 'zod/v4';
import { noFault } from '../errors/noFault';

/** Text from a form: an expression may give a number, such as an id. */
export const text = z
	.union([z.string(), z.number().transform(String)], { error: 'must be a text' })
	.check(noFault(halfCharacterFault));

// UTF-8 has no half characters: each would become U+FFFD in silence, and so another text.
function halfCharacterFault(value: string): string | undefined {
	if (!/\p{Surrogate}/u.test(value)) return undefined;
	return 'holds half of a character (a lone surrogate), which cannot be sent: remove it';
}

const MAX_QUOTED = 100;

/** A text of a form as a message shows it: in quotes, what nobody sees by its number, and not longer than need be. */
export function quoted(value: string): string {
	const characters = Array.from(value, (character) =>
		/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(character) ? codePointOf(character) : character,
	);
	const isLong = characters.length > MAX_QUOTED;
	return `"${characters.slice(0, MAX_QUOTED).join('')}${isLong ? '…' : ''}"`;
}

function codePointOf(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return `\\u{${code.toString(16).toUpperCase().padStart(4, '0')}}`;
}

/** A field of a credential without blanks around it; empty where it is no text or is not there. */
export const textOfField = z
	.string()
	.trim()
	.nullish()
	.catch('')
	.transform((value) => value ?? '');

/** The same, which must not be empty. */
export const filledField = (name: string) =>
	textOfField.refine((value) => value !== '', { message: `${name} is empty` });
