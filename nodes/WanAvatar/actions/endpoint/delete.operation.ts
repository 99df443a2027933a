import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { endpointLocator } from '../../fields/endpointLocator';
import { readSwitch } from '../../fields/formValue';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { openEndpoints } from './endpointChoice';
import { stepFields, stepOutputs } from './planItem';
import type { ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Delete',
	value: 'delete',
	action: 'Delete an endpoint',
	description: 'Delete an endpoint with its workers and jobs, its template and its registry auth',
};

const keepsOthers: INodeProperties = {
	displayName: 'Keep Template and Registry Auth',
	name: 'keepTemplateAndRegistryAuth',
	type: 'boolean',
	default: false,
	description:
		'Whether to delete the endpoint alone. Otherwise the template and the registry auth that Deploy made for it go too, unless others use them. A template that RunPod has bound to the endpoint goes with it in any case.',
};

const properties: INodeProperties[] = [
	endpointLocator,
	{
		displayName: 'Name of the Endpoint',
		name: 'confirmedName',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. wan-avatar',
		description: 'Type the name of the endpoint, to confirm that it is the right one',
	},
	keepsOthers,
];

export const outputs = { endpoint_id: 'string', deleted: 'boolean', steps: [stepOutputs] } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['delete'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { destroyEndpoint, parseTypedName } =
		await import('../../../../lib/deployment/apply/destroy');
	const { account, read, factsOf } = await openEndpoints(context, { mustBeGiven: true });
	return await runItems(context, mode, {
		check: async (item) => ({
			...(await read(item)),
			confirmedName: parseTypedName(context.getNodeParameter('confirmedName', item)),
			endpointOnly: readSwitch(context, item, keepsOthers),
		}),
		perform: async ({ id, ...choice }) => {
			const steps = await destroyEndpoint(account.management, id, choice);
			return {
				endpoint_id: id,
				deleted: true,
				steps: steps.map(stepFields),
			} satisfies ItemOf<typeof outputs>;
		},
		factsOf,
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
