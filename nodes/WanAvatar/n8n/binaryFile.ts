import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { InvalidInput } from '../../../lib/base/errors/invalidInput';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { stoppedWhileCopying } from '../../../lib/base/async/stop';
import type { SourceFile } from '../../../lib/generation/request/upload';
import { readLocator } from '../fields/formValue';
import { clock } from './connections';

/**
 * A binary file of the incoming item, to be read as a stream that Stop and n8n's silence cut.
 * @throws InvalidInput naming the files that are there, when the item has no such binary field
 */
export async function binaryFile(
	context: IExecuteFunctions,
	item: number,
	parameterName: string,
): Promise<SourceFile> {
	const { base64File } = await import('../../../lib/generation/request/upload');
	const { timedStream } = await import('../../../lib/storage/client/timedStream');
	const { value: parameter } = readLocator(context, item, parameterName);
	const reference = isBinaryData(parameter) || typeof parameter === 'string' ? parameter : '';
	if (typeof reference === 'string') assertThere(context, item, reference, parameterName);
	const { id, data, fileName } = context.helpers.assertBinaryData(item, reference);
	const name = fileName ?? (typeof reference === 'string' ? reference : 'file');
	// Without an id the whole file is in the item, as base64.
	const { open } =
		id === undefined
			? base64File(name, data)
			: { open: async () => await context.helpers.getBinaryStream(id) };
	const watch = {
		clock,
		signal: context.getExecutionCancelSignal(),
		silenceMs: LIMITS.binarySilenceMs,
		silent: () => silent(name),
		stopped: stoppedWhileCopying,
	};
	return { name, open: async () => await timedStream(open, watch) };
}

/** Where n8n keeps files in its database, one of several hundred megabytes is never given out. */
function silent(name: string): WanAvatarError {
	const seconds = String(LIMITS.binarySilenceMs / 1000);
	return new WanAvatarError(
		'INVALID_INPUT',
		`n8n gave nothing of the file "${name}" for ${seconds} seconds`,
		{
			remedy:
				'In queue mode n8n keeps files in its database, which gives out none of more than about 256 MB. Set N8N_DEFAULT_BINARY_DATA_MODE=filesystem (or s3) for all processes of n8n, or put the file into MinIO and give its path.',
		},
	);
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
