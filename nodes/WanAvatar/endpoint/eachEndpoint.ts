import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { readEndpointId } from '../endpointLocator';
import { inTurn } from '../inTurn';
import { connectAccount, type Account } from '../management';
import type { RunMode } from '../operation';

/** Does the same with the endpoint that each item names, one after the other. */
export async function eachEndpoint(
	context: IExecuteFunctions,
	mode: RunMode,
	work: (id: string, account: Account, item: number) => Promise<IDataObject>,
): Promise<End<IDataObject>[]> {
	return await inTurn(context, mode, async (item) => {
		const account = await connectAccount(context);
		const id = await readEndpointId(context, item, account.settings.endpointId);
		return await work(id, account, item);
	});
}
