/** What is wrong with a value at a path, in the words of RunPod's validator; nothing when it is right. */
export type Rule = (value: unknown, path: string) => string[];

export function text({ min = 0, pattern }: { min?: number; pattern?: RegExp } = {}): Rule {
	return (value, path) => {
		if (typeof value !== 'string') return [`${path}: got ${kindOf(value)}, want string`];
		if (value.length < min) return [`${path}: minLength: got ${String(value.length)}, want 1`];
		if (pattern && !pattern.test(value))
			return [`${path}: '${value}' does not match pattern '${pattern.source}'`];
		return [];
	};
}

export function oneOf(...choices: readonly string[]): Rule {
	return (value, path) =>
		typeof value === 'string' && choices.includes(value)
			? []
			: [`${path}: value must be one of '${choices.join("', '")}'`];
}

export function number(min: number, max = Infinity): Rule {
	return (value, path) => {
		if (typeof value !== 'number') return [`${path}: got ${kindOf(value)}, want number`];
		// As JSON reads what is too large.
		if (!Number.isFinite(value)) return [`${path}: is out of range`];
		if (value < min) return [`${path}: minimum: got ${String(value)}, want ${String(min)}`];
		if (value > max) return [`${path}: maximum: got ${String(value)}, want ${String(max)}`];
		return [];
	};
}

export function whole(min = -Infinity, max = Infinity): Rule {
	return (value, path) =>
		typeof value === 'number' && !Number.isInteger(value)
			? [`${path}: got number, want integer`]
			: number(min, max)(value, path);
}

export const flag: Rule = (value, path) =>
	typeof value === 'boolean' ? [] : [`${path}: got ${kindOf(value)}, want boolean`];

export function nullable(rule: Rule): Rule {
	return (value, path) => (value === null ? [] : rule(value, path));
}

export function list(rule: Rule, { min = 0, isUnique = false } = {}): Rule {
	return (value, path) => {
		if (!Array.isArray(value)) return [`${path}: got ${kindOf(value)}, want array`];
		if (value.length < min) return [`${path}: minItems: got ${String(value.length)}, want 1`];
		const texts = value.map((item) => JSON.stringify(sorted(item)));
		if (isUnique && new Set(texts).size < texts.length)
			return [`${path}: items at different places are equal`];
		return value.flatMap((item, i) => rule(item, `${path}[${String(i)}]`));
	};
}

/** With the fields of an object in one order: two that differ in it alone are equal. */
function sorted(value: unknown): unknown {
	if (!isObject(value)) return value;
	return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
}

export const texts: Rule = (value, path) =>
	isObject(value)
		? Object.entries(value).flatMap(([name, item]) => text()(item, `${path}.${name}`))
		: [`${path}: got ${kindOf(value)}, want object`];

/** An object of these fields and no others. */
export function object(
	fields: Readonly<Record<string, Rule>>,
	required: readonly string[] = [],
): Rule {
	return (value, path) => {
		if (!isObject(value)) return [`${path}: got ${kindOf(value)}, want object`];
		const strange = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
		return [
			...required
				.filter((name) => !Object.hasOwn(value, name))
				.map((name) => `${path}: missing property '${name}'`),
			...strange.map((name) => `${path}: additional properties '${name}' not allowed`),
			...Object.entries(fields).flatMap(([name, rule]) =>
				Object.hasOwn(value, name) ? rule(value[name], `${path}.${name}`) : [],
			),
		];
	};
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Record<string, unknown> {
	return isObject(value) ? value : {};
}

function kindOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}
