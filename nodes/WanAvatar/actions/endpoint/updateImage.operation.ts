import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { readTrimmed } from '../../fields/formValue';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { endpointItem, endpointOutputs } from './endpointItem';
import { endpointProperties, openEndpoints } from './endpointChoice';
import { workerImage } from './settings/workerImage';
import type { ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Update Image',
	value: 'updateImage',
	action: 'Update the image of an endpoint',
	description: 'Put a newer worker image into the endpoint and its template',
};

const image: INodeProperties = {
	...workerImage,
	description: `${workerImage.description ?? ''}. Running jobs end on the old one.`,
};

const properties: INodeProperties[] = [...endpointProperties, image];

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
			image: parseImage(readTrimmed(context, item, image.name)),
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
