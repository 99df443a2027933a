import type { IExecuteFunctions } from 'n8n-workflow';
import type { GenerationRequest } from '../../../lib/generation/generate';
import { drivingVideoSources } from './drivingVideo';
import { portraitSources } from './portrait';
import type { Source } from './sources';

/** The form's own names of fields, for messages: a person looks for "Portrait URL", not for image_url. */
const labels: ReadonlyMap<string, string> = new Map([
	...[...portraitSources, ...drivingVideoSources].map(
		({ field, property }) => [field, `${property.displayName} (${field})`] as const,
	),
	['user_id', 'User ID (user_id)'],
	['avatar_id', 'Avatar ID (avatar_id)'],
	['output_video_key', 'Output Video Key (output_video_key)'],
	['output_thumbnail_key', 'Output Thumbnail Key (output_thumbnail_key)'],
	['prompt', 'Prompt (prompt)'],
	['negative_prompt', 'Negative Prompt (negative_prompt)'],
	['timeoutMinutes', 'Timeout'],
	['waitForCompletion', 'Wait for Completion'],
	['additionalWorkerInputs', 'Additional Worker Inputs'],
]);

/**
 * Reads one item's fields and checks them.
 * @throws InvalidInput naming the fields as the form does
 */
export async function readRequest(
	context: IExecuteFunctions,
	item: number,
): Promise<GenerationRequest> {
	const { parseGenerationRequest } = await import('../../../lib/generation/request');
	const { InvalidInput } = await import('../../../lib/contract/invalidInput');
	const read = (name: string, fallback: unknown = '') =>
		context.getNodeParameter(name, item, fallback) ?? fallback;
	const options = context.getNodeParameter('options', item, {});
	const user = { user_id: read('userId'), avatar_id: read('avatarId') };
	const contract = {
		...user,
		...readSource(read, 'portraitSource', portraitSources),
		...readSource(read, 'drivingVideoSource', drivingVideoSources),
		...unlessBlank('output_video_key', read('outputVideoKey')),
		...unlessBlank('output_thumbnail_key', read('outputThumbnailKey')),
		...unlessBlank('prompt', options.prompt),
		...unlessBlank('negative_prompt', options.negativePrompt),
	};
	try {
		const waitForCompletion = read('waitForCompletion', true);
		return parseGenerationRequest({ contract, options: { ...options, waitForCompletion } });
	} catch (error) {
		throw error instanceof InvalidInput ? error.relabelled(labels).withDetails(user) : error;
	}
}

/** The one field of the chosen way; an empty one is sent on, to be refused by name. */
function readSource(
	read: (name: string) => unknown,
	list: string,
	sources: readonly Source[],
): Record<string, unknown> {
	const chosen = read(list);
	const source = sources.find(({ option }) => option.value === chosen);
	return source ? { [source.field]: read(source.property.name) } : {};
}

function unlessBlank(field: string, value: unknown): Record<string, unknown> {
	return value === undefined || value === null || value === '' ? {} : { [field]: value };
}
