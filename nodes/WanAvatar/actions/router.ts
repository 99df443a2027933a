import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { NOT_STARTED, settle, type End } from '../../../lib/base/errors/settled';
import { answeredToModel, runsAsTool } from '../n8n/asTool';
import { errorItem, orTimedOut, toNodeError, toRunError } from '../n8n/itemErrors';
import { inFormsWords } from '../fields/formLabels';
import { ItemWithFiles, SeveralEnds, type ItemOutput, type Operation } from '../n8n/operation';
import { operations } from './registry';
import { BY_STATUS, storedAs } from '../../../lib/contract/storedAs';

type Ends = Awaited<ReturnType<Operation['execute']>>;

/** One end with the incoming item that it is of. */
interface Outcome {
	end: End<ItemOutput>;
	item: number;
}

/** Runs the chosen operation over all items: the only place for order, pairedItem and Continue On Fail. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	if (runsAsTool(context)) return await answerModel(context);
	const continueOnFail = context.continueOnFail();
	const ran = await runAll(context, continueOnFail);
	if ('fault' in ran && !continueOnFail) throw toRunError(context.getNode(), ran.fault);
	const outcomes = endsOf(ran, context).flatMap(outcomesOf);
	if (!continueOnFail) throwFirstError(context, outcomes);
	return outcomes.flatMap(({ end, item }) =>
		itemsOf(end).map((one) => ({ ...one, pairedItem: { item } })),
	);
}

/** A model is told of a fault by an item: of what is thrown, agents hand it nothing, or no remedy. Files reach no model. */
async function answerModel(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const { modelAnswer } = await import('../../../lib/generation/report/modelAnswer');
	const answered = await settle(answeredToModel(runAll(context, true)));
	const ran = 'value' in answered ? answered.value : { fault: answered.error };
	const outcomes = endsOf(ran, context).flatMap(outcomesOf);
	return outcomes.flatMap(({ end, item }) =>
		itemsOf(end).map(({ json }) => ({ json: modelAnswer(json), pairedItem: { item } })),
	);
}

function outcomesOf(end: Ends[number], item: number): Outcome[] {
	if (!('value' in end)) return [{ end, item }];
	const { value } = end;
	if (value instanceof SeveralEnds) return value.ends.map((one) => ({ end: one, item }));
	return [{ end: { value }, item }];
}

function itemsOf(end: Outcome['end']): INodeExecutionData[] {
	if (!('value' in end)) return [errorItem(reasonOf(end))];
	const { value } = end;
	if (value instanceof ItemWithFiles) return [itemWithFiles(value)];
	return [value].flat().map((json) => ({ json }));
}

/** Without files there is no `binary`: Send Email, for one, looks for its attachments in an empty one and fails. */
function itemWithFiles({ json, binary }: ItemWithFiles): INodeExecutionData {
	return Object.keys(binary).length > 0 ? { json, binary } : { json };
}

/** How the items ended; or what concerns all of them, such as a credential. */
type Ran = { ends: Ends } | { fault: unknown };

async function runAll(context: IExecuteFunctions, continueOnFail: boolean): Promise<Ran> {
	try {
		const { description, execute } = findOperation(context);
		const ran = await settle(execute(context, { continueOnFail }));
		const words = (error: unknown) =>
			orTimedOut(inFormsWords(error, description), context.getExecutionCancelSignal());
		if ('error' in ran) return { fault: words(ran.error) };
		return { ends: ran.value.map((end) => ('error' in end ? { error: words(end.error) } : end)) };
	} catch (error) {
		return { fault: error };
	}
}

/** A fault of the whole run fails each item. */
function endsOf(ran: Ran, context: IExecuteFunctions): Ends {
	return 'ends' in ran ? ran.ends : context.getInputData().map(() => ({ error: ran.fault }));
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
	const isUntouched = end.skipped === NOT_STARTED.skipped;
	return new WanAvatarError('STOPPED', `Another item failed: ${end.skipped}`, {
		remedy: isUntouched
			? 'Nothing was done for it.'
			: 'See what became of its job before you run it again.',
	});
}

/** What is not given out, since the execution ends with an error, is named there, with where its result is. */
function throwFirstError(context: IExecuteFunctions, outcomes: readonly Outcome[]): void {
	const failed = outcomes.flatMap(({ end, item }) =>
		'error' in end ? [{ error: end.error, item }] : [],
	);
	const [first] = failed;
	if (!first) return;
	const others = outcomes.flatMap(({ end, item }) =>
		'error' in end ? [] : [{ note: noteOf(end), item }],
	);
	const itemCount = context.getInputData().length;
	throw toNodeError(context.getNode(), first, { failed, others, itemCount });
}

function noteOf(end: Exclude<Outcome['end'], { error: unknown }>): string {
	if ('skipped' in end) return end.skipped;
	const given = end.value instanceof ItemWithFiles ? end.value.json : end.value;
	const isInline = end.value instanceof ItemWithFiles && end.value.binary.video !== undefined;
	const [{ job_id, status, minio_key } = {}] = [given].flat();
	if (typeof job_id !== 'string') return 'done';
	const inline = isInline ? `; ${BY_STATUS}` : '';
	const stored = typeof minio_key === 'string' ? storedAs('there', minio_key) : inline;
	return `job ${job_id} is ${typeof status === 'string' ? status : 'submitted'}${stored}`;
}
