import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { answeredInTime } from '../answeredInTime';
import { asWanAvatarError } from '../../n8n/itemErrors';

/**
 * Makes a list to choose from.
 * @throws NodeOperationError, which the form shows in place of the list
 */
export async function searched(
	context: ILoadOptionsFunctions,
	search: (signal: AbortSignal) => Promise<INodeListSearchResult>,
): Promise<INodeListSearchResult> {
	try {
		return await answeredInTime(search);
	} catch (error) {
		const { message, remedy } = asWanAvatarError(error);
		throw new NodeOperationError(context.getNode(), message, { description: remedy });
	}
}
