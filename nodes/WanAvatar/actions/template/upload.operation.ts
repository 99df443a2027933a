import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { binaryFile } from '../../n8n/binaryFile';
import { readSwitchOption } from '../../fields/formValue';
import { changingBucket } from '../../n8n/readingBucket';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { readPrefix, templatePrefix } from './templateFields';
import { plainTemplate, templateOutputs } from './templateItem';
import { objectOutputs } from '../../fields/objectFields';

export const option: INodePropertyOptions = {
	name: 'Upload',
	value: 'upload',
	action: 'Upload a template',
	description: 'Put a driving video into the bucket, to be used as a template',
};

const BINARY_FIELD = 'templateBinaryField';

const overwriting: INodeProperties = {
	displayName: 'Overwrite',
	name: 'overwrite',
	type: 'boolean',
	default: false,
	description: 'Whether to replace a template that is there under this path',
};

const properties: INodeProperties[] = [
	{
		displayName: 'Input Binary Field',
		name: BINARY_FIELD,
		type: 'string',
		default: 'data',
		required: true,
		hint: 'The name of the field of the incoming item that holds the file',
		description: 'An MP4, MOV or WebM video of up to 2 GB',
	},
	{
		displayName: 'Template Path',
		name: 'templatePath',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. sitting-woman/video-conference-woman.mp4',
		description:
			"Key of the template in the worker's bucket, whole and without a leading slash. Without an extension it gets the one that fits the file.",
	},
	templatePrefix,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [overwriting],
	},
];

export const outputs = { ...templateOutputs, ...objectOutputs } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['template'], operation: ['upload'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { measureFile } = await import('../../../../lib/generation/request/upload');
	const { namedByField } = await import('../../../../lib/generation/request/requestFiles');
	const { checkTemplatePath, uploadTemplate } =
		await import('../../../../lib/storage/template/uploadTemplate');
	const bucket = await changingBucket(context);
	return await runItems(context, mode, {
		check: async (item) => {
			const path: unknown = context.getNodeParameter('templatePath', item);
			const prefix = readPrefix(context, item);
			checkTemplatePath(path, prefix);
			const overwrite = readSwitchOption(
				context.getNodeParameter('options', item, {}),
				overwriting,
			);
			// That it is there is seen here; it is read when its turn comes.
			const file = await namedByField(BINARY_FIELD, binaryFile(context, item, BINARY_FIELD));
			return { file, destination: { path, prefix, overwrite } };
		},
		perform: async ({ file, destination }) => {
			const measured = measureFile(file, 'driving video');
			const { type, sizeBytes } = await namedByField(BINARY_FIELD, measured);
			const video = { contentType: type.contentType, sizeBytes, open: file.open };
			return plainTemplate(await uploadTemplate(bucket, video, destination));
		},
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
