import type * as z from 'zod/v4';

/** A check whose message says by itself what is wrong with the value; `path` names the field it concerns. */
export function noFault<T>(
	faultOf: (value: T) => string | undefined,
	path: string[] = [],
): z.core.CheckFn<T> {
	return ({ value, issues }) => {
		const message = faultOf(value);
		if (message) issues.push({ code: 'custom', message, input: value, path: [...path] });
	};
}
