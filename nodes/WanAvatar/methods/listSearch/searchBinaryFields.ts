import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { incomingFiles } from '../../fields/binaryField';

/**
 * Lists the binary fields of the incoming item; `filter` is part of a field's or a file's name.
 * @throws NodeOperationError, which the form shows in place of the list, where there is no file
 */
export async function searchBinaryFields(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	// The editor has evaluated it; where there is no input it is null.
	const found: unknown = this.getCurrentNodeParameter(incomingFiles.name);
	const files = Array.isArray(found) ? found.filter(isListed) : [];
	if (files.length === 0)
		throw new NodeOperationError(
			this.getNode(),
			'The input has no file yet: run the node before this one first, a form with a test submission',
		);
	const wanted = filter.trim().toLowerCase();
	const results = files.filter(({ name }) => name.toLowerCase().includes(wanted));
	return await Promise.resolve({ results });
}

function isListed(file: unknown): file is INodeListSearchItems {
	return (
		typeof Reflect.get(Object(file), 'name') === 'string' &&
		typeof Reflect.get(Object(file), 'value') === 'string'
	);
}
