import fc from 'fast-check';
import { z } from 'zod/v4';
import openApi from '../../fixtures/runpod-rest-v2-openapi.json';

const node = z.object({
	$ref: z.string().optional(),
	type: z.union([z.string(), z.array(z.string())]).optional(),
	enum: z.array(z.string()).optional(),
	properties: z.record(z.string(), z.unknown()).optional(),
	required: z.array(z.string()).optional(),
	additionalProperties: z.unknown().optional(),
	unevaluatedProperties: z.unknown().optional(),
	items: z.unknown().optional(),
	minItems: z.number().optional(),
	uniqueItems: z.boolean().optional(),
	minimum: z.number().optional(),
	maximum: z.number().optional(),
	minLength: z.number().optional(),
	pattern: z.string().optional(),
	format: z.string().optional(),
	allOf: z.array(z.unknown()).optional(),
	anyOf: z.array(z.unknown()).optional(),
	oneOf: z.array(z.unknown()).optional(),
});

type Node = z.output<typeof node>;

const schemas: Readonly<Record<string, unknown>> = openApi.components.schemas;

export interface ValueOptions {
	/** Objects that the schema leaves open have fields that it does not name. */
	hasStrangeFields?: boolean;
	/** Lists of words have one more, as a newer service may. */
	hasNewWords?: boolean;
	/** In place of what the schema says of a field of this name, anywhere. */
	fields?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

/** Values that are right by a schema of the OpenAPI file, conditions between fields left aside. */
export function schemaValues(name: string, options: ValueOptions = {}): fc.Arbitrary<unknown> {
	return valuesOf({ $ref: `#/components/schemas/${name}` }, options);
}

function valuesOf(schema: unknown, options: ValueOptions): fc.Arbitrary<unknown> {
	const { anyOf, oneOf, type, ...rest } = flattened(schema);
	const choices = anyOf ?? oneOf;
	if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, options)));
	if (Array.isArray(type))
		return fc.oneof(...type.map((one) => valuesOf({ ...rest, type: one }, options)));
	switch (type) {
		case 'null':
			return fc.constant(null);
		case 'boolean':
			return fc.boolean();
		case 'integer':
			return wholeNumbers(rest);
		case 'number':
			return numbers(rest);
		case 'array':
			return lists(rest, options);
		case 'object':
			return objects(rest, options);
		default:
			return texts(rest, options);
	}
}

/** The schema as one object: references followed, and what stands in allOf laid together. */
function flattened(schema: unknown): Node {
	const { $ref, allOf = [], ...own } = node.parse(schema);
	const parts = [...($ref ? [schemas[$ref.replace(/^.*\//, '')]] : []), ...allOf].map(flattened);
	return [...parts, own].reduce<Node>(
		(all, part) => ({
			...all,
			...part,
			properties: bothOf(all.properties, part.properties),
			required: [...(all.required ?? []), ...(part.required ?? [])],
		}),
		{},
	);
}

/** A field that two parts speak of obeys both. */
function bothOf(one: Node['properties'] = {}, other: Node['properties'] = {}): Node['properties'] {
	const both = Object.keys(other).map((name): [string, unknown] => [
		name,
		Object.hasOwn(one, name) ? { allOf: [one[name], other[name]] } : other[name],
	]);
	return { ...one, ...Object.fromEntries<unknown>(both) };
}

function wholeNumbers({ minimum: min = -10, maximum: max = 1e15 }: Node): fc.Arbitrary<number> {
	return fc.oneof(
		{ weight: 4, arbitrary: fc.integer({ min, max: Math.min(max, min + 20) }) },
		{ weight: 1, arbitrary: fc.integer({ min, max }) },
	);
}

function numbers({ minimum: min = -10, maximum: max = 1e9 }: Node): fc.Arbitrary<number> {
	return fc.double({ min, max, noNaN: true });
}

function texts(
	{ enum: words, pattern, format, minLength = 0 }: Node,
	{ hasNewWords = false }: ValueOptions,
): fc.Arbitrary<string> {
	if (words)
		return hasNewWords
			? fc.oneof(fc.constantFrom(...words), fc.string({ minLength: 1 }))
			: fc.constantFrom(...words);
	if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
	if (format === 'date-time')
		return fc
			.date({ min: new Date('1970-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
			.map((date) => date.toISOString());
	if (format === 'uri') return fc.constantFrom('https://api.runpod.ai/v2/abc/status/{job_id}');
	return fc.string({ unit: 'binary', minLength, maxLength: minLength + 12 });
}

function lists(
	{ items, minItems: minLength = 0, uniqueItems }: Node,
	options: ValueOptions,
): fc.Arbitrary<unknown[]> {
	const size = { minLength, maxLength: minLength + 3 };
	const item = valuesOf(items, options);
	return uniqueItems === true
		? fc.uniqueArray(item, { ...size, selector: (one) => JSON.stringify(one) })
		: fc.array(item, size);
}

function objects(
	{ properties = {}, required = [], additionalProperties, unevaluatedProperties }: Node,
	options: ValueOptions,
): fc.Arbitrary<object> {
	const { hasStrangeFields = false, fields = {} } = options;
	const known = Object.entries(properties).map(([name, schema]) => {
		const given = Object.hasOwn(fields, name) ? fields[name] : undefined;
		return [name, given ?? valuesOf(schema, options)] as const;
	});
	const requiredKeys = required.filter((name) => Object.hasOwn(properties, name));
	const record: fc.Arbitrary<object> = fc.record(Object.fromEntries(known), { requiredKeys });
	if (typeof additionalProperties === 'object')
		return fc.dictionary(fc.string({ maxLength: 8 }), valuesOf(additionalProperties, options), {
			maxKeys: 4,
		});
	const isClosed = additionalProperties === false || unevaluatedProperties === false;
	if (isClosed || !hasStrangeFields) return record;
	const strange = fc.dictionary(
		fc.string({ minLength: 1, maxLength: 8 }),
		fc.jsonValue({ maxDepth: 1 }),
		{
			maxKeys: 2,
		},
	);
	return fc
		.tuple(strange, record)
		.map(([more, told]) => ({ ...withoutNames(more, Object.keys(properties)), ...told }));
}

/** A strange field must not have the name of one that is left out. */
function withoutNames(fields: object, names: readonly string[]): object {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
