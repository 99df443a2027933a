import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { connectAccount } from '../management';
import type { RunMode } from '../operation';
import { inTurn } from '../inTurn';
import { planFields } from './planItem';
import { readSettings, settingsProperties } from './settingsForm';

export const option: INodePropertyOptions = {
	name: 'Plan',
	value: 'plan',
	action: 'Plan an endpoint',
	description: 'See what Deploy would create, update or replace, and change nothing',
};

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['plan'] } },
	settingsProperties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	return await inTurn(context, mode, async (item) => await planItem(context, item));
}

async function planItem(context: IExecuteFunctions, item: number): Promise<IDataObject> {
	const { prepareDeployment } = await import('../../../lib/deployment/deploy');
	const { changesSomething } = await import('../../../lib/deployment/plan');
	const { settings, rotateRegistryAuth } = await readSettings(context, item);
	const { management } = await connectAccount(context, settings);
	const { plan } = await prepareDeployment(settings, management, { rotateRegistryAuth });
	return { ...planFields(plan), changes_something: changesSomething(plan) };
}
