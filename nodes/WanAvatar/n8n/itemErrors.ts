import type { IDataObject, INode, INodeExecutionData, JsonObject } from 'n8n-workflow';
import { ExpressionError, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { messageOf } from '../../../lib/base/errors/foreignError';
import { WanAvatarError, type ErrorCode } from '../../../lib/base/errors/errors';
import { itemRanges } from '../../../lib/base/data/itemRanges';

export interface FailedItem {
	error: unknown;
	item: number;
}

/** Faults of the form or of a credential; all others are faults of a service. */
const OPERATION_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
	'INVALID_INPUT',
	'INVALID_CREDENTIAL',
	'DOMAIN_NOT_ALLOWED',
	'STOPPED',
	'BUDGET_REACHED',
	'AMBIGUOUS_NAME',
	'NAME_TAKEN',
	'NOT_CONFIRMED',
]);

// As many as one execution has jobs by default: every job id must be found again.
const MAX_LISTED = 100;

/**
 * An item that went wrong, in the one shape that n8n keeps in both error modes: `error` and `details`, nothing else.
 * More fields, or `item.error`, would send it down the success branch or lose the details.
 */
export function errorItem(error: unknown): INodeExecutionData {
	const { message, description, code, details } = explain(error);
	return { json: { error: message, details: { ...details, code, remedy: description } } };
}

export interface WholeRun {
	failed: readonly FailedItem[];
	/** The items that did not fail: what became of their jobs. */
	others: readonly { note: string; item: number }[];
	itemCount: number;
}

/** The error that ends the execution: the first item's, with a list of all other items. The same fault is said once. */
export function toNodeError(
	node: INode,
	{ error, item }: FailedItem,
	run: WholeRun,
): NodeApiError | NodeOperationError {
	if (isOfNode(error)) return error;
	const { message, description, code } = explain(error);
	const [first, ...alsoFailed] = byNote(
		run.failed.map((each) => ({ item: each.item, note: explain(each.error).message })),
	);
	const items = itemRanges(first?.items ?? [item]);
	return nodeError(node, code, {
		message: run.itemCount > 1 ? `${message} [${items}]` : message,
		description: [
			description,
			...listed('Also failed:', alsoFailed),
			...listed('The other items:', byNote(run.others)),
		].join('\n'),
		itemIndex: item,
	});
}

/** The error that ends the execution for a fault that is of no item: said once, however many items there are. */
export function toRunError(node: INode, error: unknown): NodeApiError | NodeOperationError {
	if (isOfNode(error)) return error;
	const { message, description, code } = explain(error);
	return nodeError(node, code, { message, description });
}

function nodeError(
	node: INode,
	code: ErrorCode,
	shown: { message: string; description: string; itemIndex?: number },
): NodeApiError | NodeOperationError {
	const response: JsonObject = { message: shown.message };
	const error = OPERATION_CODES.has(code)
		? new NodeOperationError(node, shown.message, shown)
		: new NodeApiError(node, response, shown);
	// n8n puts words of its own in the place of a message that holds a Node error code, also where a worker says it.
	error.message = shown.message;
	error.messages = [];
	return error;
}

interface SharedNote {
	note: string;
	items: number[];
}

/** Each note once, with the items that it is of. */
function byNote(notes: readonly { note: string; item: number }[]): SharedNote[] {
	const shared = new Map<string, SharedNote>();
	for (const { note, item } of notes) {
		const known = shared.get(note);
		if (known) known.items.push(item);
		else shared.set(note, { note, items: [item] });
	}
	return [...shared.values()];
}

function listed(title: string, notes: readonly SharedNote[]): string[] {
	if (notes.length === 0) return [];
	const lines = notes
		.slice(0, MAX_LISTED)
		.map(({ note, items }) => `${itemRanges(items, 'Item')}: ${note}`);
	const more = notes.length - lines.length;
	return [title, ...lines, ...(more > 0 ? [`and ${String(more)} more`] : [])];
}

interface Explanation {
	message: string;
	description: string;
	code: ErrorCode;
	details: IDataObject;
}

function explain(error: unknown): Explanation {
	const { message, remedy, code, details } = asWanAvatarError(error);
	return { message, description: remedy, code, details: toDataObject(details) };
}

/** Whatever was thrown as an error of this package; n8n's own errors are about the form or the incoming item. */
export function asWanAvatarError(error: unknown): WanAvatarError {
	if (error instanceof WanAvatarError) return error;
	const message = messageOf(error);
	if (isOfNode(error) || error instanceof ExpressionError) {
		const remedy = error.description ?? '';
		return new WanAvatarError('INVALID_INPUT', message, { remedy });
	}
	return new WanAvatarError('INTERNAL', message, { remedy: '' });
}

const TIMED_OUT_HINT =
	"If nobody stopped it, n8n's own timeout was over: Timeout Workflow in the settings of the workflow, or EXECUTIONS_TIMEOUT of n8n. Make it longer than Timeout in the Waiting Options of this node, or turn off Wait for Completion and ask later with Get Status.";

/** What was stopped may have run out of the time that n8n gives a workflow, which n8n does not tell the node. */
export function orTimedOut(error: unknown, stopped: AbortSignal | undefined): unknown {
	if (!stopped?.aborted || !(error instanceof WanAvatarError) || error.code !== 'STOPPED')
		return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, message, {
		remedy: `${remedy} ${TIMED_OUT_HINT}`.trim(),
		details,
	});
}

function isOfNode(error: unknown): error is NodeApiError | NodeOperationError {
	return error instanceof NodeApiError || error instanceof NodeOperationError;
}

function toDataObject(details: Readonly<Record<string, unknown>>): IDataObject {
	const plain: IDataObject = {};
	for (const [name, value] of Object.entries(details))
		if (typeof value === 'string' || isNumber(value)) plain[name] = value;
	return plain;
}

/** JSON has no NaN. */
function isNumber(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value);
}
