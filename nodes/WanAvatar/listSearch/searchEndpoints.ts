import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { connectAccount } from '../management';

/** Lists the account's endpoints for a resource locator; `filter` is part of a name or ID. */
export async function searchEndpoints(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const { management } = await connectAccount(this);
	const wanted = filter.trim().toLowerCase();
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
}
