import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import type { TemplateReference } from '../../../../lib/storage/template/templateReference';
import type { Template } from '../../../../lib/storage/template/templates';
import { checkText, readLocator, readTrimmed } from '../../fields/formValue';
import { chosenFrom } from '../../fields/bucketLocator';
import type { Facts } from '../../n8n/runItems';

export const templatePrefix: INodeProperties = {
	displayName: 'Template Prefix',
	name: 'templatePrefix',
	type: 'string',
	default: '',
	placeholder: 'e.g. templates/',
	description:
		'Folder of the templates. Leave blank for the whole bucket, without user-avatars/, input-avatars/ and driving-videos/.',
};

/** Chooses a template from the bucket's list, by its ID, or by its key. */
export const templateLocator: INodeProperties = {
	displayName: 'Template',
	name: 'template',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'A driving video that lies ready in the bucket',
	...chosenFrom({
		searchListMethod: 'searchTemplates',
		listPlaceholder: 'Choose a template',
		pathPlaceholder: 'e.g. sitting-woman/video-conference-woman.mp4',
		idHint:
			"The path without its ending, or the folder if it holds one video. This is this node's reading: the worker's own rule is not published.",
	}),
};

/** @throws InvalidInput */
export function readPrefix(context: IExecuteFunctions, item: number): string {
	const prefix = checkText(readTrimmed(context, item, templatePrefix.name, ''), templatePrefix);
	if (!prefix.startsWith('/')) return prefix;
	const message = 'must not start with a slash, with which no file in the bucket does: remove it';
	throw new InvalidInput([{ field: templatePrefix.displayName, message }]);
}

/** The template that the form names, checked. */
export interface WantedTemplate {
	reference: TemplateReference;
	prefix: string;
}

/** How the templates of items are read, and looked up in the bucket. */
export async function openTemplates(
	context: IExecuteFunctions,
	bucket: Bucket,
): Promise<{
	/** @throws InvalidInput, or NOT_FOUND for a path that no template has */
	check: (item: number) => WantedTemplate;
	find: (wanted: WantedTemplate) => Promise<Template>;
	factsOf: (wanted: WantedTemplate) => Facts;
}> {
	const { parseTemplateReference } =
		await import('../../../../lib/storage/template/templateReference');
	const { assertTemplateKey, findTemplate } =
		await import('../../../../lib/storage/template/templates');
	return {
		check: (item) => {
			const reference = parseTemplateReference(readLocator(context, item, templateLocator.name));
			const prefix = readPrefix(context, item);
			if ('path' in reference) assertTemplateKey(reference.path, prefix);
			return { reference, prefix };
		},
		find: async ({ reference, prefix }) => await findTemplate(bucket, reference, prefix),
		factsOf: ({ reference }) =>
			'path' in reference ? { driving_video_path: reference.path } : { template_id: reference.id },
	};
}
