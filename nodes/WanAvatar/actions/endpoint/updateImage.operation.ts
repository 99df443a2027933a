import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { endpointLocator } from '../../fields/endpointLocator';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { endpointItem, endpointOutputs } from './endpointItem';
import { openEndpoints } from './endpointChoice';
import type { ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Update Image',
	value: 'updateImage',
	action: 'Update the image of an endpoint',
	description: 'Put a newer worker image into the endpoint and its template',
};

const properties: INodeProperties[] = [
	endpointLocator,
	{
		displayName: 'Image',
		name: 'image',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. dexsynccom/twin-avatar:wan-worker-20260214-2d62a28',
		description:
			'Image of the worker, with a version tag or a digest. Running jobs end on the old one.',
	},
];

export const outputs = {
	...endpointOutputs,
	template_id: 'string',
	changed: 'boolean',
} as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['updateImage'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { parseImage, updateImage } = await import('../../../../lib/deployment/apply/imageUpdate');
	const { account, read, factsOf } = await openEndpoints(context);
	const { management, settings } = account;
	return await runItems(context, mode, {
		check: async (item) => ({
			...(await read(item)),
			image: parseImage(context.getNodeParameter('image', item)),
		}),
		perform: async ({ id, image }) => {
			const { endpoint, templateId, changed } = await updateImage(management, id, image);
			return {
				...endpointItem(endpoint, settings.queueBaseUrl),
				template_id: templateId,
				changed,
			} satisfies ItemOf<typeof outputs>;
		},
		factsOf,
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
