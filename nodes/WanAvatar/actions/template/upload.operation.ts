import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { assertGetsFiles, NOT_AS_TOOL } from '../../n8n/asTool';
import { binaryFile } from '../../n8n/binaryFile';
import { binaryField, incomingFiles } from '../../fields/binaryField';
import { readSwitchOption, readTrimmed } from '../../fields/formValue';
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
	...NOT_AS_TOOL,
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
	incomingFiles,
	binaryField({
		displayName: 'Input Binary Field',
		name: BINARY_FIELD,
		default: 'data',
		description: 'An MP4, MOV or WebM video of up to 2 GB',
	}),
	{
		displayName: 'Template Path',
		name: 'templatePath',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. sitting-woman/video-conference-woman.mp4',
		description:
			"Where the template is stored in the worker's bucket: folders and file name. Without an ending such as .mp4 it gets the one that fits the file.",
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
			assertGetsFiles(context, BINARY_FIELD);
			const path = readTrimmed(context, item, 'templatePath');
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
