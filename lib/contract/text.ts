import * as z from 'zod/v4';

/** Text from a form: an expression may give a number, such as an id. */
export const text = z.union([z.string(), z.number().transform(String)], {
	error: 'must be a text',
});
