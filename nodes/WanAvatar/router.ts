import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { WanAvatarError } from '../../lib/contract/errors';
import { errorItem, toNodeError } from './itemErrors';
import { ItemWithFiles, type Operation } from './operation';
import { operations } from './registry';

type Ends = Awaited<ReturnType<Operation['execute']>>;

/** Runs the chosen operation over all items: the only place for order, pairedItem and Continue On Fail. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const continueOnFail = context.continueOnFail();
	const settled = await runAll(context, continueOnFail);
	if (!continueOnFail) throwFirstError(context, settled);
	return settled.flatMap((end, item) =>
		itemsOf(end).map((one) => ({ ...one, pairedItem: { item } })),
	);
}

function itemsOf(end: Ends[number]): INodeExecutionData[] {
	if (!('value' in end)) return [errorItem(reasonOf(end))];
	const { value } = end;
	if (value instanceof ItemWithFiles) return [{ json: value.json, binary: value.binary }];
	return [value].flat().map((json) => ({ json }));
}

async function runAll(context: IExecuteFunctions, continueOnFail: boolean): Promise<Ends> {
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

function reasonOf(end: { error: unknown } | { skipped: string }): unknown {
	if ('error' in end) return end.error;
	return new WanAvatarError('STOPPED', `Another item failed: ${end.skipped}`, {
		remedy: 'Nothing was sent to RunPod for it.',
	});
}

/** What is not given out, since the execution ends with an error, is named there, with where its result is. */
function throwFirstError(context: IExecuteFunctions, ends: Ends): void {
	const failed = ends.flatMap((end, item) => ('error' in end ? [{ error: end.error, item }] : []));
	const [first] = failed;
	if (!first) return;
	const others = ends.flatMap((end, item) => {
		const note = noteOf(end);
		return note === undefined ? [] : [{ note, item }];
	});
	throw toNodeError(context.getNode(), first, { failed, others, itemCount: ends.length });
}

function noteOf(end: Ends[number]): string | undefined {
	if ('error' in end) return undefined;
	if ('skipped' in end) return end.skipped;
	const given = end.value instanceof ItemWithFiles ? end.value.json : end.value;
	const [{ job_id, minio_key } = {}] = [given].flat();
	if (typeof job_id !== 'string') return undefined;
	const stored = typeof minio_key === 'string' ? `; its video is stored as ${minio_key}` : '';
	return `job ${job_id} is submitted or finished${stored}`;
}
