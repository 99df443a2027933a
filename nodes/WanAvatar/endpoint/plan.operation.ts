import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { connectAccount } from '../management';
import type { RunMode } from '../operation';
import { NOTHING_CHANGED, runItems } from '../runItems';
import { planFields } from './planItem';
import { factsOfSettings, openSettings, settingsProperties } from './settingsForm';

export const option: INodePropertyOptions = {
	name: 'Plan',
	value: 'plan',
	action: 'Plan an endpoint',
	description: 'See what Deploy would create, change or keep, and change nothing',
};

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['plan'] } },
	settingsProperties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { prepareDeployment } = await import('../../../lib/deployment/deploy');
	const { changesSomething } = await import('../../../lib/deployment/plan');
	const account = await connectAccount(context);
	const read = await openSettings(context);
	return await runItems(context, mode, {
		check: read,
		perform: async ({ settings, rotateRegistryAuth }) => {
			const { management } = account.hiding(settings);
			const { plan } = await prepareDeployment(settings, management, { rotateRegistryAuth });
			return { ...planFields(plan), changes_something: changesSomething(plan) };
		},
		factsOf: factsOfSettings,
		ifLeft: NOTHING_CHANGED,
	});
}
