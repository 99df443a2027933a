import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { clock } from '../../n8n/connections';
import { connectAccount } from '../../n8n/management';
import type { RunMode } from '../../n8n/operation';
import { runItems } from '../../n8n/runItems';
import { planFields } from './planItem';
import { factsOfSettings, openSettings, settingsProperties } from './settings/settingsForm';

export const option: INodePropertyOptions = {
	name: 'Deploy',
	value: 'deploy',
	action: 'Deploy an endpoint',
	description: 'Create or update registry auth, template and endpoint for the worker',
};

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
			return { ...deployment, ...planFields(prepared.plan) };
		},
		factsOf: factsOfSettings,
		ifLeft: 'It may or may not be made or changed: Plan shows what is left to do.',
	});
}
