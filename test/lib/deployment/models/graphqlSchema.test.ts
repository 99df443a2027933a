import { expect, it } from '@jest/globals';
import type { ManagementCall } from '../../../../standin/management/managementApi';
import { graphqlFaults } from './graphqlSchema';

const SAVE = 'mutation Save($input: EndpointInput!) { saveEndpoint(input: $input) { id } }';
const input = { id: 'a', name: 'b', flashBootType: 'OFF', modelReferences: [] };

const calls: [string, unknown, RegExp | undefined][] = [
	['nothing', { query: SAVE, variables: { input } }, undefined],
	['no request', { query: SAVE }, /is no request/],
	['an unknown field', { query: '{ myself { id email } }', variables: {} }, /"email"/],
	[
		'an unknown field of an input',
		{ query: SAVE, variables: { input: { ...input, gpus: 1 } } },
		/gpus/,
	],
	['a missing name', { query: SAVE, variables: { input: { id: 'a' } } }, /name/],
	[
		'an unknown word',
		{ query: SAVE, variables: { input: { ...input, flashBootType: 'TURBO' } } },
		/TURBO/,
	],
	['a fraction', { query: SAVE, variables: { input: { ...input, scalerValue: 2.5 } } }, /2\.5/],
	['a variable that nobody uses', { query: '{ myself { id } }', variables: { id: 'a' } }, /\$id/],
];

it.each(calls)('%s is found by the schema', (_name, body, expected) => {
	const call: ManagementCall = {
		method: 'POST',
		operation: 'graphql',
		path: '/graphql',
		body,
		headers: {},
		status: 200,
		answer: {},
	};
	const faults = graphqlFaults(call).join('\n');
	if (expected) expect(faults).toMatch(expected);
	else expect(faults).toBe('');
});
