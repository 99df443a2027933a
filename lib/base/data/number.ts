import * as z from 'zod/v4';

/**
 * A number from a form: an expression may give it as text. A blank, a switch or a list is none, though JavaScript would
 * make a 0 or a 1 of it.
 */
export function formNumber(rule: z.ZodNumber) {
	return z.preprocess(fromText, rule);
}

function fromText(given: unknown): unknown {
	return typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
}
