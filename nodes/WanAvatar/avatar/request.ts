import type { IExecuteFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../../lib/contract/errors';
import { InvalidInput } from '../../../lib/contract/invalidInput';
import type { GenerationRequest, RunOptions } from '../../../lib/generation/ports';
import { runIndexOf } from '../executionMemory';
import { drivingVideoSources } from './drivingVideo';
import { optionalProperties } from './optional';
import { portraitSources } from './portrait';
import { labelOf, readSource } from './sources';

/** The form's own names of fields, for messages. */
const labels: ReadonlyMap<string, string> = new Map([
	...optionalProperties.map(({ name, displayName }) => [name, displayName] as const),
	...[...portraitSources, ...drivingVideoSources].map(({ field, property }) =>
		labelOf(field, property),
	),
	['user_id', 'User ID (user_id)'],
	['avatar_id', 'Avatar ID (avatar_id)'],
	['output_video_key', 'Output Video Key (output_video_key)'],
	['output_thumbnail_key', 'Output Thumbnail Key (output_thumbnail_key)'],
	['prompt', 'Prompt (prompt)'],
	['negative_prompt', 'Negative Prompt (negative_prompt)'],
	['waitForCompletion', 'Wait for Completion'],
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
	const read = (name: string, fallback: unknown = '') =>
		context.getNodeParameter(name, item, fallback) ?? fallback;
	const options = context.getNodeParameter('options', item, {});
	const user = { user_id: read('userId'), avatar_id: read('avatarId') };
	const portrait = await readSource(context, item, 'portraitSource', portraitSources);
	const drivingVideo = await readSource(context, item, 'drivingVideoSource', drivingVideoSources);
	const contract = {
		...user,
		...portrait.fields,
		...drivingVideo.fields,
		...unlessBlank('output_video_key', read('outputVideoKey')),
		...unlessBlank('output_thumbnail_key', read('outputThumbnailKey')),
		...unlessBlank('prompt', options.prompt),
		...unlessBlank('negative_prompt', options.negativePrompt),
	};
	const run = runIndexOf(context, item);
	try {
		return await parseGenerationRequest({
			slot: `${String(run)}:${String(item)}`,
			runTag: `${context.getExecutionId()}-${String(run)}-${String(item)}`,
			contract,
			portraitFile: portrait.file,
			drivingVideoFile: drivingVideo.file,
			hasBucket: context.getNode().credentials?.minioApi !== undefined,
			options: { ...options, waitForCompletion: read('waitForCompletion', true) },
		});
	} catch (error) {
		const named = new Map([...portrait.labels, ...drivingVideo.labels]);
		const told = error instanceof InvalidInput ? error.relabelled(named) : error;
		throw told instanceof WanAvatarError ? told.withDetails(user) : told;
	}
}

/** Reads what holds for the whole run, from the first item. */
export async function readRunOptions(
	context: IExecuteFunctions,
	stopOnFault: boolean,
): Promise<RunOptions> {
	const { parseRunOptions } = await import('../../../lib/generation/request');
	return parseRunOptions(context.getNodeParameter('options', 0, {}), stopOnFault);
}

/** An error with the names that the form has for the fields. */
export function labelled(error: unknown): unknown {
	return error instanceof InvalidInput ? error.relabelled(labels) : error;
}

function unlessBlank(field: string, value: unknown): Record<string, unknown> {
	return value === undefined || value === null || value === '' ? {} : { [field]: value };
}
