/**
 * The variables of a .env file whose unquoted value has a "#" that a shell would keep: `KEY=abc#1` is read as `abc`.
 * @param values as they were read
 */
export function cutValues(
	text: string,
	values: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
	const lines = text.matchAll(/^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*([^\s"'`].*)$/gm);
	return new Set(
		[...lines].flatMap(([, name = '', value = '']) => {
			const at = value.indexOf('#');
			const isWithin = at > 0 ? /\S/.test(value.charAt(at - 1)) : /^#\S/.test(value);
			// A line within a quoted value of another variable is none of its own.
			return isWithin && values[name] === value.slice(0, at).trim() ? [name] : [];
		}),
	);
}
