import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { templatePrefix } from '../../actions/template/templateFields';
import { searchBucket, textField } from './searchBucket';

/** Lists the templates of the bucket; the value is the path of the driving video. */
export async function searchTemplates(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { templateKeys } = await import('../../../../lib/storage/template/templates');
	const wanted = templateKeys(textField(this, templatePrefix.name));
	return await searchBucket(this, wanted, filter, paginationToken);
}
