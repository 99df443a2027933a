import { expect, it } from '@jest/globals';
import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { WanAvatar } from '../../nodes/WanAvatar/WanAvatar.node';
import { resources } from '../../nodes/WanAvatar/actions/registry';
import { wanAvatarNode } from '../nodes/WanAvatar/engine/wanAvatarNode';

const { description } = new WanAvatar();

/** The credentials that the form shows; what it shows must be filled. */
function shownFor(parameters: INodeParameters): string[] {
	const whole =
		NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			true,
			false,
			wanAvatarNode,
			description,
		) ?? {};
	return (description.credentials ?? [])
		.filter((one) => NodeHelpers.displayParameter(whole, one, wanAvatarNode, description))
		.map(({ name }) => name);
}

const BUCKET_ALONE = ['template', 'video'];
const DEPLOYING = ['plan', 'deploy'];

function neededBy(resource: string, operation: string): string[] {
	if (BUCKET_ALONE.includes(resource)) return ['minioApi'];
	if (resource === 'endpoint' && DEPLOYING.includes(operation)) return ['runPodApi', 'minioApi'];
	return ['runPodApi'];
}

const cases = resources.flatMap(({ option: { value: resource }, operations }) =>
	[...operations.keys()].map((operation) => ({ resource: String(resource), operation })),
);

it.each(cases)('$resource: $operation shows what must be filled', ({ resource, operation }) => {
	expect(shownFor({ resource, operation })).toEqual(neededBy(resource, operation));
});

it.each([
	[{ resource: 'avatar', operation: 'generate', useMinioCredential: true }, 'minioApi'],
	[{ resource: 'job', operation: 'getStatus', useMinioCredential: true }, 'minioApi'],
	[{ resource: 'job', operation: 'wait', useMinioCredential: true }, 'minioApi'],
	[{ resource: 'job', operation: 'cancel', jobsToCancel: 'execution' }, 'minioApi'],
	[{ resource: 'endpoint', operation: 'deploy', privateImage: true }, 'containerRegistryApi'],
	[{ resource: 'endpoint', operation: 'plan', privateImage: true }, 'containerRegistryApi'],
])('%j shows %s too', (parameters, credential) => {
	expect(shownFor(parameters)).toContain(credential);
});

it('a switch of another resource hides nothing', () => {
	expect(shownFor({ resource: 'template', operation: 'get', useMinioCredential: false })).toEqual([
		'minioApi',
	]);
});

it('every credential that shows is required, and each name stands once: n8n looks at its first entry alone', () => {
	const names = (description.credentials ?? []).map(({ name, required }) => {
		expect(required).toBe(true);
		return name;
	});
	expect(new Set(names).size).toBe(names.length);
});
