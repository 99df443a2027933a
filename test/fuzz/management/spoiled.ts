import fc from 'fast-check';
import { isJsonObject } from '../../../lib/base/data/json';

/** What is done to one value somewhere within a body. */
export type Spoil =
	{ how: 'drop' } | { how: 'add'; name: string; value: unknown } | { how: 'put'; value: unknown };

export interface Spoiling {
	/** Which of all the values in the body, counted round. */
	at: number;
	spoil: Spoil;
}

/** Not `__proto__`, which ajv does not see, and not `toString`, which it calls. */
const names = fc.oneof(
	fc.constantFrom('constructor', 'id', 'executionTimeoutMs', 'volumeInGb'),
	fc.string({ maxLength: 8, unit: 'binary' }),
);

const values = fc.oneof(
	fc.constantFrom<unknown>(null, '', ' ', true, 0, -1, 0.1, 1e300, -1e300, 2 ** 53, [], {}, [null]),
	fc.constantFrom('𝕳', '\u0000', '\ud800', '%00', '../..', 'x'.repeat(5000), '12.8\n', 'NaN'),
	fc.jsonValue({ maxDepth: 2 }),
);

export const spoilings: fc.Arbitrary<Spoiling> = fc.record({
	at: fc.nat({ max: 60 }),
	spoil: fc.oneof(
		fc.constant<Spoil>({ how: 'drop' }),
		fc.record({ how: fc.constant('add' as const), name: names, value: values }),
		fc.record({ how: fc.constant('put' as const), value: values }),
	),
});

/** The body with this done to it. */
export function spoiledBody(body: unknown, { at, spoil }: Spoiling): unknown {
	const places = placesIn(body);
	return changedAt(body, places[at % places.length] ?? [], spoil);
}

type Place = readonly string[];

function placesIn(value: unknown): Place[] {
	const inner =
		typeof value === 'object' && value !== null
			? Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
					placesIn(one).map((place) => [name, ...place]),
				)
			: [];
	return [[], ...inner];
}

function changedAt(value: unknown, [name, ...rest]: Place, spoil: Spoil): unknown {
	if (name === undefined) return spoiledValue(value, spoil);
	const change = (entries: [string, unknown][]): [string, unknown][] =>
		entries.flatMap(([own, one]): [string, unknown][] => {
			if (own !== name) return [[own, one]];
			if (rest.length === 0 && spoil.how === 'drop') return [];
			return [[own, changedAt(one, rest, spoil)]];
		});
	if (Array.isArray(value)) return change(Object.entries(value)).map(([, one]) => one);
	return isJsonObject(value) ? Object.fromEntries(change(Object.entries(value))) : value;
}

function spoiledValue(value: unknown, spoil: Spoil): unknown {
	switch (spoil.how) {
		case 'drop':
			return {};
		case 'add':
			if (Array.isArray(value)) return [...(value as unknown[]), spoil.value];
			return isJsonObject(value) ? { ...value, [spoil.name]: spoil.value } : spoil.value;
		case 'put':
			return spoil.value;
	}
}
