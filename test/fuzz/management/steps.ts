import fc from 'fast-check';
import { OPERATIONS, type Operation } from './documented';
import { schemaValues } from './schemaValues';
import { spoilings, type Spoiling } from './spoiled';
import { recordIn } from './world';

/** What a request names: one of those that are there, one that was deleted, or one that never was. */
export type Named = { which: number } | { which: 'deleted' | 'never' };

export interface Step {
	operation: Operation;
	/** The resource of the path. */
	on: Named;
	/** The right body of the operation, before it is spoiled. */
	body: object;
	/** What `registry` and `templateId` of the body name, where they are said. */
	registry: Named | undefined;
	templateId: Named | undefined;
	spoiling: Spoiling | undefined;
	/** Sent in place of the body as it stands. */
	raw: keyof typeof RAW_TEXTS | undefined;
	query: Readonly<Record<string, string>>;
	key: 'right' | 'wrong' | 'none';
}

const POOLS = ['AMPERE_80', 'ADA_24', 'HOPPER_141', 'AMPERE_48'];
const GPUS = ['NVIDIA A100 80GB PCIe', 'NVIDIA A100-SXM4-80GB', 'NVIDIA H200', 'NVIDIA L4'];
/** Found in no answer, whatever is done with it. */
export const HIDDEN = 'hidden-';

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.oneof({ weight: 40, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const often = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.option(arbitrary, { nil: undefined, freq: 1 });

const mostly = <T>(usual: T, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
	fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary });

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const named: fc.Arbitrary<Named> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ which: fc.nat({ max: 3 }) }) },
	{
		weight: 1,
		arbitrary: fc.record({ which: fc.constantFrom('deleted' as const, 'never' as const) }),
	},
);

const hidden = fc.nat().map((number) => `${HIDDEN}${String(number)}`);

const fields = {
	// Endpoints are made from these alone.
	serverless: fc.oneof(
		{ weight: 4, arbitrary: fc.constant(true) },
		{ weight: 1, arbitrary: fc.boolean() },
	),
	username: hidden,
	password: hidden,
	name: fc.oneof(
		fc.constantFrom('a', 'b', 'ü 𝕳'),
		fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
	),
	pools: fc.uniqueArray(
		fc.oneof(
			{ weight: 30, arbitrary: fc.constantFrom(...POOLS) },
			{ weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
		),
		{ minLength: 1, maxLength: 3 },
	),
	allowedCudaVersions: mostly<string[]>([], fc.constantFrom(['12.8'], ['12.8', '13.0'])),
	excludedTypes: mostly([], fc.uniqueArray(fc.constantFrom(...GPUS), { maxLength: 2 })),
	// So many workers start: more are refused or kept waiting, which has tests of its own.
	min: fc.nat({ max: 3 }),
	max: fc.oneof(
		{ weight: 30, arbitrary: fc.nat({ max: 5 }) },
		{ weight: 1, arbitrary: fc.maxSafeNat() },
	),
};

const BODIES: Partial<Record<Operation, fc.Arbitrary<object>>> = {
	createRegistry: bodyOf('CreateRegistryRequest'),
	createTemplate: bodyOf('CreateTemplateRequest'),
	updateTemplate: bodyOf('UpdateTemplateRequest'),
	createEndpoint: fc.tuple(bodyOf('CreateEndpointRequest'), fc.nat({ max: 9 })).map(oneCompute),
	updateEndpoint: bodyOf('UpdateEndpointRequest'),
};

function bodyOf(schema: string): fc.Arbitrary<object> {
	return schemaValues(schema, { fields }).map((value) => Object(value) as object);
}

/** Mostly one of `gpu` and `cpu`, as it must be. */
function oneCompute([body, choice]: [object, number]): object {
	const { gpu, cpu, ...rest } = recordIn(body);
	if (choice === 0) return body;
	return choice > 2 || cpu === undefined
		? { ...rest, gpu: gpu ?? { pools: ['AMPERE_80'] } }
		: { ...rest, cpu };
}

const times = fc.oneof(
	fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
	fc.constantFrom('2026-01-01T00:00:00Z', '+275760-09-13T00:00:00.000Z', '0000-01-01', 'x', ''),
);
const counts = fc.oneof(
	fc.integer({ min: -2, max: 6000 }).map(String),
	fc.constantFrom('', 'x', '1e30', '1.5', '9'.repeat(400), 'Infinity'),
);
const queries: fc.Arbitrary<Record<string, string>> = fc.record(
	{
		lastN: counts,
		startTime: times,
		endTime: times,
		bucketSize: fc.constantFrom('hour', 'day', 'year', 'decade', 'toString'),
		serverlessId: fc.string({ unit: 'binary', maxLength: 5 }),
		tail: counts,
		source: fc.constantFrom('container', 'system', 'both'),
		cursor: fc.constantFrom('', '-1', '1', 'x', '1e300'),
		include: fc.string({ maxLength: 5 }),
	},
	{ requiredKeys: [] },
);

/** Texts that are no body that anybody would mean, by a short name. */
export const RAW_TEXTS = {
	empty: '',
	cut: '{',
	null: 'null',
	list: '[]',
	text: '"a"',
	beyondNumbers: '{"name":"a","image":"b","disk":1e400}',
	beyondDelays:
		'{"name":"a","type":"QUEUE","image":"b","gpu":{"pools":["ADA_24"]},"scaling":{"type":"QUEUE_DELAY","queueDelay":1e400}}',
	proto: '{"name":"a","image":"b","env":{"__proto__":"x"}}',
	tooLarge: `{"name":"${'x'.repeat(1_100_000)}","image":"b"}`,
} as const;

const raws = fc.constantFrom(
	'empty',
	'cut',
	'null',
	'list',
	'text',
	'beyondNumbers',
	'beyondDelays',
	'proto',
	'tooLarge',
);

/** What makes and changes things comes more often. */
const weights = (operation: Operation) =>
	/^(create|update)/.test(operation) ? 4 : operation.startsWith('delete') ? 2 : 1;

const steps: fc.Arbitrary<Step> = fc.oneof(
	...OPERATIONS.map((operation) => ({ weight: weights(operation), arbitrary: stepsOf(operation) })),
);

function stepsOf(operation: Operation): fc.Arbitrary<Step> {
	const hasQuery = operation.startsWith('list') || operation === 'getWorkerLogs';
	return fc.record({
		operation: fc.constant(operation),
		on: named,
		body: BODIES[operation] ?? fc.constant({}),
		registry: seldom(named),
		templateId: operation === 'createEndpoint' ? often(named) : seldom(named),
		spoiling: seldom(spoilings),
		raw: rarely(raws),
		query: hasQuery ? seldom(queries).map((query) => query ?? {}) : fc.constant({}),
		key: fc.oneof(
			{ weight: 30, arbitrary: fc.constant('right' as const) },
			{ weight: 1, arbitrary: fc.constantFrom('wrong' as const, 'none' as const) },
		),
	});
}

const plain = {
	on: { which: 0 },
	registry: undefined,
	templateId: undefined,
	spoiling: undefined,
	raw: undefined,
	query: {},
	key: 'right',
} as const;

/** An endpoint made from a template, which is rare by chance. */
const bound: readonly Step[] = [
	{
		...plain,
		operation: 'createTemplate',
		body: { name: 'of an endpoint', image: 'org/worker:1', serverless: true },
	},
	{
		...plain,
		operation: 'createEndpoint',
		templateId: { which: 0 },
		body: {
			name: 'bound',
			type: 'QUEUE',
			gpu: { pools: ['AMPERE_80'] },
			scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
		},
	},
];

export const stepLists: fc.Arbitrary<readonly Step[]> = fc
	.tuple(fc.boolean(), fc.array(steps, { maxLength: 30, size: 'max' }))
	.map(([isBound, rest]) => (isBound ? [...bound, ...rest] : rest));
