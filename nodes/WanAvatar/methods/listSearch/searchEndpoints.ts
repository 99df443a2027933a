import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { connectAccount } from '../../n8n/management';
import { searched } from './searched';

/** Lists the account's endpoints for a resource locator; `filter` is part of a name or ID. */
export async function searchEndpoints(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.trim().toLowerCase();
	return await searched(this, async (signal) => {
		const { management } = await connectAccount(this, signal);
		const endpoints = await management.listEndpoints();
		return {
			results: endpoints
				.filter(({ id, name }) => `${name} ${id}`.toLowerCase().includes(wanted))
				.map(({ id, name }) => ({
					name: `${name} (${id})`,
					value: id,
					url: `https://console.runpod.io/serverless/user/endpoint/${id}`,
				})),
		};
	});
}
