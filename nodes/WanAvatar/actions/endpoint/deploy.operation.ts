import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { Deployment } from '../../../../lib/deployment/apply/deploy';
import type { End } from '../../../../lib/base/errors/settled';
import { clock } from '../../n8n/connections';
import { connectAccount } from '../../n8n/management';
import type { RunMode } from '../../n8n/operation';
import { runItems } from '../../n8n/runItems';
import { planFields, planOutputs } from './planItem';
import { factsOfSettings, openSettings, settingsProperties } from './settings/settingsForm';
import type { ItemOf, OutputType } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Deploy',
	value: 'deploy',
	action: 'Deploy an endpoint',
	description: 'Create or update registry auth, template and endpoint for the worker',
};

const deploymentOutputs = {
	name: 'string',
	endpoint_id: 'string',
	template_id: 'string',
	registry_auth_id: 'string',
	invoke_base: 'string',
	changed: 'boolean',
	served: 'boolean',
} as const satisfies Record<keyof Deployment, OutputType>;

export const outputs = { ...deploymentOutputs, ...planOutputs } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['deploy'] } },
	settingsProperties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { deploy, prepareDeployment } = await import('../../../../lib/deployment/apply/deploy');
	const account = await connectAccount(context);
	const read = await openSettings(context);
	return await runItems(context, mode, {
		check: read,
		perform: async ({ settings, rotateRegistryAuth }) => {
			const own = account.hiding(settings);
			const prepared = await prepareDeployment(settings, own.management, { rotateRegistryAuth });
			const deployment = await deploy(prepared, own.settings.queueBaseUrl, { ...own, clock });
			return { ...deployment, ...planFields(prepared.plan) } satisfies ItemOf<typeof outputs>;
		},
		factsOf: factsOfSettings,
		ifLeft: 'It may or may not be made or changed: Plan shows what is left to do.',
	});
}
