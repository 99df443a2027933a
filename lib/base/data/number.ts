import * as z from 'zod/v4';

/**
 * A number from a form: an expression may give it as text. A blank, a switch or a list is none, though JavaScript would
 * make a 0 or a 1 of it.
 */
export function formNumber(rule: z.ZodNumber) {
	return z.preprocess(fromText, rule);
}

/** As people write numbers: `0x10` and `0b1` are none. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function fromText(given: unknown): unknown {
	return typeof given === 'string' && DECIMAL.test(given.trim()) ? Number(given) : given;
}
