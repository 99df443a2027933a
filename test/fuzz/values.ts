import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isJsonObject } from '../../lib/base/data/json';

/** One that has to be written in another way in JSON, in addresses and in base64; and no word that is found by chance. */
export const SECRET = 's3cr3t/"+\\&key=';

const MAX_DEPTH = 30_000;

/** Deep enough to overflow the stack of whatever calls itself for each level. */
const deepJson = fc
	.tuple(fc.integer({ min: 1, max: MAX_DEPTH }), fc.constantFrom(['[', ']'], ['{"output":', '}']))
	.map(([depth, [open = '', close = '']]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

/** As it comes over the wire: also numbers, blanks and escapes that `JSON.stringify` never writes. */
const oddJson = fc.constantFrom(
	'1e999',
	'-0',
	'{"id":1,"id":2}',
	'\u{feff}{}',
	' \n{}\n',
	'"\\ud800"',
	'{"__proto__":{"status":"COMPLETED"}}',
	'123456789012345678901234567890',
);

/** A text with the secret somewhere in it, or without. */
export const words = fc.oneof(
	{ weight: 4, arbitrary: fc.string() },
	{ weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
	{
		weight: 1,
		arbitrary: fc.tuple(fc.string(), fc.string()).map(([before, after]) => before + SECRET + after),
	},
);

/** Any JSON value of moderate size, whose texts may hold the secret. */
export const jsonValues: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		words,
		fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, 0.1),
		fc.double({ noNaN: true, noDefaultInfinity: true }),
		fc.array(tie('value'), { maxLength: 4 }),
		fc.dictionary(fc.oneof(words, fc.constantFrom('__proto__', 'constructor')), tie('value'), {
			maxKeys: 4,
		}),
	),
})).value;

/** The body of any answer. */
export const bodies = (known: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
	fc.oneof(
		{ weight: 8, arbitrary: known.map((value) => JSON.stringify(value)) },
		{ weight: 1, arbitrary: jsonValues.map((value) => JSON.stringify(value)) },
		{ weight: 1, arbitrary: words },
		{ weight: 1, arbitrary: deepJson },
		{ weight: 1, arbitrary: oddJson },
		{ weight: 1, arbitrary: cutJson(known) },
	);

function cutJson(known: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
	return fc.tuple(known, fc.double({ min: 0, max: 1, noNaN: true })).map(([value, share]) => {
		const text = JSON.stringify(value);
		return text.slice(0, Math.floor(text.length * share));
	});
}

/** What goes into items and notes is plain JSON, and shows no secret. */
export function assertShowable(value: unknown): void {
	const text = JSON.stringify(value);
	assert.deepEqual(JSON.parse(text), withoutUndefined(value));
	assertSilent(text);
}

export function assertSilent(text: string): void {
	for (const form of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET)])
		assert.ok(!text.includes(form), `shows the secret: ${text.slice(0, 500)}`);
}

function withoutUndefined(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutUndefined);
	if (!isJsonObject(value)) return Object.is(value, -0) ? 0 : value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, field]) =>
			field === undefined ? [] : [[name, withoutUndefined(field)]],
		),
	);
}
