import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { clock } from '../connections';
import { connectAccount } from '../management';
import type { RunMode } from '../operation';
import { inTurn } from '../inTurn';
import { planFields } from './planItem';
import { readSettings, settingsProperties } from './settingsForm';

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
	return await inTurn(context, mode, async (item) => await deployItem(context, item));
}

async function deployItem(context: IExecuteFunctions, item: number): Promise<IDataObject> {
	const { deploy, prepareDeployment } = await import('../../../lib/deployment/deploy');
	const { settings, rotateRegistryAuth } = await readSettings(context, item);
	const account = await connectAccount(context, settings);
	const prepared = await prepareDeployment(settings, account.management, { rotateRegistryAuth });
	const { queueBaseUrl } = account.settings;
	const deployment = await deploy(prepared, queueBaseUrl, { ...account, clock });
	return { ...deployment, ...planFields(prepared.plan) };
}
