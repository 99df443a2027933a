import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { searchBucket } from './searchBucket';

/** Lists the pictures of the bucket; the value is the path of the picture. */
export async function searchPortraits(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { portraitKeys } = await import('../../../../lib/storage/template/templates');
	return await searchBucket(this, portraitKeys(''), filter, paginationToken);
}
