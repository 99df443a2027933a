import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { WanAvatarError } from '../../lib/contract/errors';
import type { End } from '../../lib/generation/generate';
import { errorItem, toNodeError } from './itemErrors';
import type { Operation } from './operation';
import { operations } from './registry';

/** Runs the chosen operation over all items: the only place for order, pairedItem and Continue On Fail. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const continueOnFail = context.continueOnFail();
	const settled = await runAll(context, continueOnFail);
	if (!continueOnFail) throwFirstError(context, settled);
	return settled.flatMap((end, item) =>
		itemsOf(end).map((one) => ({ ...one, pairedItem: { item } })),
	);
}

function itemsOf(end: End<IDataObject | IDataObject[]>): INodeExecutionData[] {
	if (!('value' in end)) return [errorItem(reasonOf(end))];
	return [end.value].flat().map((json) => ({ json }));
}

async function runAll(
	context: IExecuteFunctions,
	continueOnFail: boolean,
): Promise<End<IDataObject | IDataObject[]>[]> {
	try {
		return await findOperation(context).execute(context, { continueOnFail });
	} catch (error) {
		// What concerns all items, such as a credential, fails each of them.
		return context.getInputData().map(() => ({ error }));
	}
}

function findOperation(context: IExecuteFunctions): Operation {
	// After a change to Custom API Call the other of the two may be gone.
	const resource = context.getNodeParameter('resource', 0, '');
	const name = `${resource}:${context.getNodeParameter('operation', 0, '')}`;
	const operation = operations.get(name);
	if (operation) return operation;
	const isCustomCall = name.includes('__CUSTOM_API_CALL__');
	throw new NodeOperationError(
		context.getNode(),
		isCustomCall ? 'Wan Avatar makes no custom API calls' : `Wan Avatar has no operation ${name}`,
		{
			description: isCustomCall
				? 'Use the HTTP Request node with the RunPod API credential, or choose another resource and operation here.'
				: 'Choose a resource and an operation from the lists.',
		},
	);
}

function reasonOf(end: { error: unknown } | { skipped: true }): unknown {
	if ('error' in end) return end.error;
	return new WanAvatarError('STOPPED', 'This item was not started, since another one failed', {
		remedy: 'Nothing was sent to RunPod for it.',
	});
}

function throwFirstError(context: IExecuteFunctions, settled: End<unknown>[]): void {
	const failed = settled.flatMap((end, item) =>
		'error' in end ? [{ error: end.error, item }] : [],
	);
	const [first] = failed;
	if (first) throw toNodeError(context.getNode(), first, failed, settled.length);
}
