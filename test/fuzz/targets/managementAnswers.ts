import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { Secret } from '../../../lib/base/data/secret';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import {
	API_KEY,
	answeredClient,
	CALLS,
	cleanEnd,
	ENV_SECRET,
	SENT_SECRET,
} from '../management/answeredClient';
import { schemaValues } from '../management/schemaValues';
import { spoiledBody, spoilings } from '../management/spoiled';
import { recordIn } from '../management/world';
import { fuzzTarget } from '../target';

const fields = {
	id: fc.oneof(fc.constantFrom('abc'), fc.string({ minLength: 1, unit: 'binary', maxLength: 12 })),
	env: fc.dictionary(
		fc.oneof(fc.constantFrom('TOKEN', 'constructor', '__proto__'), fc.string({ maxLength: 8 })),
		fc.nat().map((number) => `${ENV_SECRET}${String(number)}`),
		{ maxKeys: 3 },
	),
};

const answerOf = (schema: string) =>
	schemaValues(schema, { fields, hasStrangeFields: true, hasNewWords: true });

/** The answers that each call can read, by the names of the OpenAPI file. */
const ANSWERS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
	listRegistries: answerOf('ListRegistriesResponse'),
	createRegistry: answerOf('Registry'),
	listTemplates: answerOf('ListTemplatesResponse'),
	getTemplate: answerOf('Template'),
	createTemplate: answerOf('Template'),
	updateTemplate: answerOf('Template'),
	listEndpoints: answerOf('ListEndpointsResponse'),
	getEndpoint: answerOf('Endpoint'),
	createEndpoint: answerOf('Endpoint'),
	updateEndpoint: answerOf('Endpoint'),
	listEndpointWorkers: answerOf('ListEndpointWorkersResponse'),
	listPlacedWorkers: answerOf('ListEndpointWorkersResponse'),
	listGpuTypes: answerOf('ListGpuTypesResponse'),
};

const rightAnswers = fc.oneof(
	...Object.entries(ANSWERS).map(([call, answer]) => fc.tuple(fc.constant(call), answer)),
);

/** Each answer that is right by the OpenAPI file is read, with what it says; secrets of an environment stay hidden. */
export const managementAnswers = fuzzTarget(
	'right answers of the management API',
	fc.asyncProperty(rightAnswers, async ([call, answer]) => {
		const text = JSON.stringify(answer);
		const end = await cleanEnd(callOf(call)(answeredClient([{ status: 200, text }])));
		if (end instanceof WanAvatarError) assert.fail(`${call}: ${end.message}`);
		assertRead(answer, end.value);
		assert.ok(
			!`${JSON.stringify(end.value)}${inspect(end.value, { depth: 9 })}`.includes(ENV_SECRET),
		);
	}),
);

/** What was read of one thing or of a list is what the answer says. */
function assertRead(answer: unknown, read: unknown): void {
	if (!Array.isArray(read)) {
		assertSame(answer, read);
		return;
	}
	const { registries, templates, endpoints, workers, gpus } = recordIn(answer);
	const items = registries ?? templates ?? endpoints ?? workers ?? gpus;
	const told: unknown[] = Array.isArray(items) ? (items as unknown[]) : [];
	// What cannot be read of a list is left out.
	if (told.length !== read.length) return;
	for (const [i, one] of told.entries()) assertSame(one, read[i]);
}

/** Texts that go into items are cleaned. */
const CLEANED = ['id', 'status', 'gpuTypeId', 'pool'];

function assertSame(told: unknown, read: unknown): void {
	for (const [name, value] of Object.entries(recordIn(read))) {
		const said = recordIn(told)[name];
		if (value === undefined || CLEANED.includes(name)) continue;
		if (name === 'env') assertEnv(said, value);
		else if (typeof value === 'object' && value !== null && !Array.isArray(value))
			assertSame(said, value);
		// A price of nothing counts as none.
		else if (name === 'serverless' && value === null)
			assert.ok(Number(said) < 1e-6 || Number(said) > 1e6);
		else assert.deepEqual(value, said, `${name} is read as it is told`);
	}
}

function assertEnv(told: unknown, read: unknown): void {
	const revealed = Object.entries(recordIn(read)).map(([name, value]: [string, unknown]) => [
		name,
		value instanceof Secret ? value.reveal() : value,
	]);
	assert.deepEqual(revealed, Object.entries(recordIn(told)));
}

const pages = fc.record({
	hasNextPage: fc.boolean(),
	nextCursor: fc.option(fc.string({ maxLength: 2 })),
});

const graphql = fc.record(
	{
		data: fc.oneof(
			fc.jsonValue({ maxDepth: 3 }),
			fc.record({
				myself: fc.option(
					fc.record({ id: fc.jsonValue({ maxDepth: 0 }), endpoint: fc.jsonValue({ maxDepth: 2 }) }),
				),
				saveEndpoint: fc.jsonValue({ maxDepth: 2 }),
				pod: fc.option(fc.record({ modelVersions: fc.jsonValue({ maxDepth: 2 }) })),
			}),
		),
		errors: fc.oneof(
			fc.array(
				fc.record(
					{
						message: fc.constantFrom('Unauthorized', `no ${API_KEY}`, '', 'not found'),
						path: fc.array(fc.jsonValue({ maxDepth: 0 })),
						extensions: fc.jsonValue({ maxDepth: 1 }),
					},
					{ requiredKeys: [] },
				),
			),
			fc.jsonValue({ maxDepth: 1 }),
		),
	},
	{ requiredKeys: [] },
);

const events = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'\n',
				'\n\n',
				'\r\n',
				'data:',
				'id: 1\n',
				`data: {"line":"x ${SENT_SECRET}"}\n\n`,
			),
			fc.string(),
		),
	)
	.map((parts) => parts.join(''));

const bodies = fc.oneof(
	rightAnswers.map(([, answer]) => JSON.stringify(answer)),
	fc
		.tuple(rightAnswers, spoilings)
		.map(([[, answer], spoiling]) => JSON.stringify(spoiledBody(answer, spoiling))),
	fc
		.tuple(rightAnswers, pages)
		.map(([[, answer], pagination]) => JSON.stringify({ ...recordIn(answer), pagination })),
	// Cut in the middle, or a list without its object, as REST v1 has it.
	fc
		.tuple(rightAnswers, fc.nat({ max: 400 }))
		.map(([[, answer], length]) => JSON.stringify(answer).slice(0, length)),
	rightAnswers.map(([, answer]) => JSON.stringify([answer])),
	graphql.map((value) => JSON.stringify(value)),
	fc.json(),
	events,
	fc.constantFrom(
		'',
		'<html>',
		`{"detail":"${API_KEY}"}`,
		`{"errors":["${SENT_SECRET}", null, {}]}`,
		'{"__proto__":1}',
	),
);

const anyAnswers = fc.array(
	fc.record(
		{
			status: fc.oneof(
				{ weight: 3, arbitrary: fc.constantFrom(200, 201) },
				{
					weight: 2,
					arbitrary: fc.constantFrom(204, 302, 400, 401, 403, 404, 408, 422, 429, 500, 503),
				},
			),
			text: bodies,
			retryAfter: fc.constantFrom('1', 'x', '1e999', ''),
		},
		{ requiredKeys: ['status', 'text'] },
	),
	{ minLength: 1, maxLength: 4 },
);

/** Whatever comes, each call ends, with a value or with a clear error that shows no secret. */
export const anyManagementAnswers = fuzzTarget(
	'any answers of the management API',
	fc.asyncProperty(fc.constantFrom(...Object.keys(CALLS)), anyAnswers, async (call, answers) => {
		await cleanEnd(callOf(call)(answeredClient(answers)));
	}),
);

function callOf(name: string) {
	const call = CALLS[name];
	assert.ok(call, name);
	return call;
}
