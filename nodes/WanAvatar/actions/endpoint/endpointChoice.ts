import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { needsNoMinio } from '../../fields/credentialChoice';
import { endpointLocator, readEndpointId } from '../../fields/endpointLocator';
import { connectAccount, type Account } from '../../n8n/management';
import type { Facts } from '../../n8n/runItems';

/** The fields by which operations find their endpoint. */
export const endpointProperties: INodeProperties[] = [needsNoMinio, endpointLocator];

/** The endpoint that an item chooses. */
export interface ChosenEndpoint {
	id: string;
}

/** The account, opened once, and how the endpoint of each item is read; nothing is sent. */
export async function openEndpoints(
	context: IExecuteFunctions,
	options: { mustBeGiven?: boolean } = {},
): Promise<{
	account: Account;
	/** @throws InvalidInput */
	read: (item: number) => Promise<ChosenEndpoint>;
	factsOf: (chosen: ChosenEndpoint) => Facts;
}> {
	const account = await connectAccount(context);
	return {
		account,
		read: async (item) => ({
			id: await readEndpointId(context, item, account.settings.endpointId, options),
		}),
		factsOf: ({ id }) => ({ endpoint_id: id }),
	};
}
