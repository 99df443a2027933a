import { expect, it } from '@jest/globals';
import type { ManagementCall } from '../../../standin/management/managementApi';
import { schemaFaults } from './openApi';

const template = {
	id: 'tpl',
	name: 'a',
	image: 'b',
	args: '',
	disk: 50,
	mounts: {},
	ports: [],
	env: {},
	registry: null,
	serverless: true,
	public: false,
	category: 'NVIDIA',
	startSsh: false,
	startJupyter: false,
	allowedCudaVersions: [],
};

const call: ManagementCall = {
	method: 'POST',
	operation: 'createTemplate',
	path: '/v2/templates',
	body: { name: 'a', image: 'b' },
	headers: {},
	status: 201,
	answer: template,
};

const scaling = { type: 'QUEUE_DELAY', queueDelay: 4 };
const endpoint = { name: 'a', type: 'QUEUE', image: 'b', gpu: { pools: ['AMPERE_80'] }, scaling };

it.each<[string, Partial<ManagementCall>, RegExp | undefined]>([
	['nothing', {}, undefined],
	[
		'an unknown field of a request',
		{ body: { name: 'a', image: 'b', volumeInGb: 1 } },
		/volumeInGb/,
	],
	['a missing field of a request', { body: { name: 'a' } }, /image/],
	['an unknown field of an answer', { answer: { ...template, isPublic: false } }, /isPublic/],
	['a missing field of an answer', { answer: { ...template, env: undefined } }, /env/],
	['a fault that is no problem', { status: 500, answer: { error: 'x' } }, /title/],
	[
		'an answer to a deletion',
		{ operation: 'deleteTemplate', status: 204, body: undefined },
		/empty/,
	],
	[
		'an unknown field of what a list lists',
		{
			operation: 'listTemplates',
			body: undefined,
			status: 200,
			answer: { templates: [{ ...template, isPublic: false }] },
		},
		/isPublic/,
	],
	[
		'an unknown field of a new endpoint',
		{ operation: 'createEndpoint', body: { ...endpoint, executionTimeoutMs: 1 }, status: 0 },
		/executionTimeoutMs/,
	],
	[
		'nothing in a new endpoint',
		{ operation: 'createEndpoint', body: endpoint, status: 0 },
		undefined,
	],
])('%s is found by the OpenAPI file', (_name, changes, expected) => {
	const faults = schemaFaults({ ...call, ...changes }).join('\n');
	if (expected) expect(faults).toMatch(expected);
	else expect(faults).toBe('');
});
