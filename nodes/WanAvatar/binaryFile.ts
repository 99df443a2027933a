import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { InvalidInput } from '../../lib/contract/invalidInput';
import { cutOnStop } from '../../lib/contract/stop';
import type { SourceFile } from '../../lib/generation/upload';

/**
 * A binary file of the incoming item, to be read as a stream that Stop cuts.
 * @throws InvalidInput naming the files that are there, when the item has no such binary field
 */
export async function binaryFile(
	context: IExecuteFunctions,
	item: number,
	parameterName: string,
): Promise<SourceFile> {
	const { base64File } = await import('../../lib/generation/upload');
	const parameter = context.getNodeParameter(parameterName, item);
	const reference = isBinaryData(parameter) || typeof parameter === 'string' ? parameter : '';
	if (typeof reference === 'string') assertThere(context, item, reference, parameterName);
	const { id, data, fileName } = context.helpers.assertBinaryData(item, reference);
	const name = fileName ?? (typeof reference === 'string' ? reference : 'file');
	const signal = context.getExecutionCancelSignal();
	// Without an id the whole file is in the item, as base64.
	const { open } =
		id === undefined
			? base64File(name, data)
			: { open: async () => await context.helpers.getBinaryStream(id) };
	return { name, open: async () => cutOnStop(await open(), signal) };
}

function assertThere(
	context: IExecuteFunctions,
	item: number,
	field: string,
	parameterName: string,
): void {
	const { binary } = context.getInputData()[item] ?? {};
	// In n8n's combined binary mode the files are in the json, under an expression's path.
	if (!binary || Object.hasOwn(binary, field)) return;
	const names = Object.keys(binary).join(', ');
	const message = `names "${field}", but the files of the item are in: ${names}`;
	throw new InvalidInput([{ field: parameterName, message }]);
}

// In n8n's combined binary mode the parameter is the binary itself.
function isBinaryData(parameter: unknown): parameter is IBinaryData {
	return (
		typeof parameter === 'object' &&
		parameter !== null &&
		'mimeType' in parameter &&
		'data' in parameter
	);
}
