import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Bucket } from '../../../lib/storage/bucket';
import type { Template } from '../../../lib/storage/templates';

export const templatePrefix: INodeProperties = {
	displayName: 'Template Prefix',
	name: 'templatePrefix',
	type: 'string',
	default: '',
	placeholder: 'e.g. templates/',
	description:
		'What the keys of templates begin with. Leave blank for the whole bucket, without user-avatars/, input-avatars/ and driving-videos/.',
};

/** Chooses a template from the bucket's list, by its ID, or by its key. */
export const templateLocator: INodeProperties = {
	displayName: 'Template',
	name: 'template',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'A driving video that lies ready in the bucket',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a template',
			typeOptions: { searchListMethod: 'searchTemplates', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. sitting-woman',
			hint: "The key without extension, or its folder if that holds one video. This is this node's reading: the worker's own rule is not published.",
		},
		{
			displayName: 'By Path',
			name: 'path',
			type: 'string',
			placeholder: 'e.g. sitting-woman/video-conference-woman.mp4',
			hint: "The key of the video in the worker's bucket",
		},
	],
};

export function readPrefix(context: IExecuteFunctions, item: number): string {
	const prefix = context.getNodeParameter(templatePrefix.name, item, '');
	return typeof prefix === 'string' ? prefix : '';
}

/** The chosen template, looked up in the bucket. */
export async function readTemplate(
	context: IExecuteFunctions,
	item: number,
	bucket: Bucket,
): Promise<Template> {
	const { parseTemplateReference } = await import('../../../lib/storage/templateReference');
	const { findTemplate } = await import('../../../lib/storage/templates');
	const reference = parseTemplateReference(context.getNodeParameter(templateLocator.name, item));
	return await findTemplate(bucket, reference, readPrefix(context, item));
}
