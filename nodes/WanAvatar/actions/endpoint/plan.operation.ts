import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { connectAccount } from '../../n8n/management';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { planFields, planOutputs } from './planItem';
import { factsOfSettings, openSettings, settingsProperties } from './settings/settingsForm';
import type { ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Plan',
	value: 'plan',
	action: 'Plan an endpoint',
	description: 'See what Deploy would create, change or keep, and change nothing',
};

export const outputs = { ...planOutputs, changes_something: 'boolean' } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['plan'] } },
	settingsProperties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { prepareDeployment } = await import('../../../../lib/deployment/apply/deploy');
	const { changesSomething } = await import('../../../../lib/deployment/plan/plan');
	const account = await connectAccount(context);
	const read = await openSettings(context);
	return await runItems(context, mode, {
		check: read,
		perform: async ({ settings, rotateRegistryAuth }) => {
			const { management } = account.hiding(settings);
			const { plan } = await prepareDeployment(settings, management, { rotateRegistryAuth });
			return {
				...planFields(plan),
				changes_something: changesSomething(plan),
			} satisfies ItemOf<typeof outputs>;
		},
		factsOf: factsOfSettings,
		ifLeft: NOTHING_CHANGED,
	});
}
