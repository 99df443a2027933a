import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { InvalidInput, type InputFault } from '../../../lib/base/errors/invalidInput';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { settle } from '../../../lib/base/errors/settled';
import { stoppedWhileCopying } from '../../../lib/base/async/stop';
import type { SourceFile } from '../../../lib/generation/request/upload';
import { readLocator } from '../fields/formValue';
import { clock } from './connections';

/** Larger pieces than Node's own 64 KB take a fifth less of the processor's time. */
const READ_BYTES = 512 * 1024;

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
	if (typeof parameter === 'object' && parameter !== null && reference === '')
		throw new InvalidInput([noName(namesOfFiles(context, item), parameterName)]);
	const { id, data, fileName } = await foundBinary(context, item, reference, parameterName);
	const name = fileName ?? (typeof reference === 'string' ? reference : 'file');
	// Without an id the whole file is in the item, as base64.
	const { open } =
		id === undefined
			? base64File(name, data)
			: {
					open: async (pieceBytes = READ_BYTES) =>
						await context.helpers.getBinaryStream(id, pieceBytes),
				};
	const watch = {
		clock,
		signal: context.getExecutionCancelSignal(),
		silenceMs: LIMITS.binarySilenceMs,
		silent: () => silent(name),
		stopped: stoppedWhileCopying,
	};
	return {
		name,
		open: async (pieceBytes?: number) =>
			await timedStream(async () => await open(pieceBytes), watch),
	};
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

async function foundBinary(
	context: IExecuteFunctions,
	item: number,
	reference: IBinaryData | string,
	field: string,
): Promise<IBinaryData> {
	const found = await settle(
		(async () => Promise.resolve(context.helpers.assertBinaryData(item, reference)))(),
	);
	if ('value' in found) return found.value;
	throw new InvalidInput([missing(reference, namesOfFiles(context, item), field)]);
}

/** `$binary` gives what is known of a file, and not the file. */
function noName(names: readonly string[], field: string): InputFault {
	const message = `is an object, and must be the name of a binary field: ${names.join(', ') || 'the item has none'}`;
	return { field, message, remedy: 'Write the name as plain text, without $binary.' };
}

/** n8n's own words for it name no way out. */
function missing(
	reference: IBinaryData | string,
	names: readonly string[],
	field: string,
): InputFault {
	const isNamed = typeof reference === 'string' && reference.trim() !== '';
	const but = isNamed ? `names "${reference}", but` : 'is empty, and';
	if (names.length > 0)
		return { field, message: `${but} the files of the item are in: ${names.join(', ')}` };
	return {
		field,
		message: `${but} the item has no file`,
		remedy:
			'Put a node that gives out a file right before this one, such as a form with a file field, or HTTP Request with Response Format File: many nodes in between, such as Edit Fields, pass no files on.',
	};
}

/** In n8n's combined binary mode the files are in the JSON. */
const IN_JSON = '_files';

function namesOfFiles(context: IExecuteFunctions, item: number): string[] {
	const { binary = {}, json } = context.getInputData()[item] ?? {};
	const kept = json?.[IN_JSON];
	const entries = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
	const inJson = entries.filter(([, value]) => isBinaryData(value));
	return [...Object.keys(binary), ...inJson.map(([name]) => `${IN_JSON}.${name}`)];
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
