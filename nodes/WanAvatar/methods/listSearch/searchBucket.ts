import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { Wanted } from '../../../../lib/storage/objects/listing';
import type { Found } from '../../../../lib/storage/objects/search';
import { requireBucket } from '../../n8n/connections';
import { searched } from './searched';

/** Lists keys of the bucket for a resource locator; `filter` is what the user types, `token` what n8n got before. */
export async function searchBucket(
	context: ILoadOptionsFunctions,
	wanted: Wanted,
	filter: string,
	token: string | undefined,
): Promise<INodeListSearchResult> {
	const { searchKeys } = await import('../../../../lib/storage/objects/search');
	return await searched(context, async (signal) => {
		const bucket = (await requireBucket(context)).within(signal);
		return toResult(await searchKeys(bucket, wanted, filter.trim(), token));
	});
}

// n8n's form shows a result whose value is a boolean, and does not let it be chosen: an empty text would empty the field.
const MORE = '… there may be more: type the beginning of the key';

function toResult({ objects, token, isUnfinished }: Found): INodeListSearchResult {
	const results = objects.map(({ key, sizeBytes }) => ({
		name: `${key} (${sizeText(sizeBytes)})`,
		value: key,
	}));
	return {
		results: isUnfinished ? [...results, { name: MORE, value: false }] : results,
		...(token === undefined ? {} : { paginationToken: token }),
	};
}

const MEGABYTE = 1024 * 1024;

function sizeText(sizeBytes: number): string {
	if (sizeBytes < MEGABYTE) return `${String(Math.ceil(sizeBytes / 1024))} kB`;
	return `${(sizeBytes / MEGABYTE).toFixed(1)} MB`;
}

/** A field of the node as it stands in the form now. */
export function textField(context: ILoadOptionsFunctions, name: string): string {
	const value = context.getCurrentNodeParameter(name);
	return typeof value === 'string' && !value.startsWith('=') ? value : '';
}
