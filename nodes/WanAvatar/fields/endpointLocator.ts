import { readLocator } from './formValue';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** Chooses an endpoint from the account's list, or by its ID or address. */
export const endpointLocator: INodeProperties = {
	displayName: 'Endpoint',
	name: 'endpoint',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'Leave it empty for the endpoint of the RunPod API credential',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Empty: the endpoint of the credential',
			typeOptions: { searchListMethod: 'searchEndpoints', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. abc123def456',
			hint: 'The ID, or the address that RunPod shows for the endpoint',
		},
	],
};

/**
 * The chosen ID, or the credential's where the field is empty. An address is understood as well.
 * @throws InvalidInput when neither is given, or `mustBeGiven` and an expression gives nothing
 */
export async function readEndpointId(
	context: IExecuteFunctions,
	item: number,
	credentialEndpointId: string,
	{ mustBeGiven = false } = {},
): Promise<string> {
	const { assertGiven, parseEndpointId } =
		await import('../../../lib/deployment/settings/endpointId');
	const chosen = readLocator(context, item, endpointLocator.name).value;
	if (mustBeGiven) assertGiven(chosen);
	return parseEndpointId(chosen, credentialEndpointId);
}
