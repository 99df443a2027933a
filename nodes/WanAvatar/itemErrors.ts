import type { IDataObject, INode, INodeExecutionData, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { WanAvatarError, type ErrorCode } from '../../lib/contract/errors';

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
	'AMBIGUOUS_NAME',
	'NAME_TAKEN',
	'NOT_CONFIRMED',
]);

const MAX_LISTED = 20;

/**
 * An item that went wrong, in the one shape that n8n keeps in both error modes: `error` and `details`, nothing else.
 * More fields, or `item.error`, would send it down the success branch or lose the details.
 */
export function errorItem(error: unknown): INodeExecutionData {
	const { message, description, code, details } = explain(error);
	return { json: { error: message, details: { ...details, code, remedy: description } } };
}

/** The error that ends the execution: the first item's, with a list of all others that failed. */
export function toNodeError(
	node: INode,
	{ error, item }: FailedItem,
	failed: readonly FailedItem[],
	itemCount: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { message, description, code } = explain(error);
	const whole = {
		message: itemCount > 1 ? `${message} [item ${String(item)}]` : message,
		description: [description, ...listOthers(failed.slice(1))].join('\n'),
		itemIndex: item,
	};
	if (OPERATION_CODES.has(code)) return new NodeOperationError(node, whole.message, whole);
	const response: JsonObject = { message: whole.message };
	return new NodeApiError(node, response, whole);
}

function listOthers(others: readonly FailedItem[]): string[] {
	if (others.length === 0) return [];
	const lines = others
		.slice(0, MAX_LISTED)
		.map(({ error, item }) => `Item ${String(item)}: ${explain(error).message}`);
	const more = others.length - lines.length;
	return ['Also failed:', ...lines, ...(more > 0 ? [`and ${String(more)} more`] : [])];
}

interface Explanation {
	message: string;
	description: string;
	code: ErrorCode;
	details: IDataObject;
}

function explain(error: unknown): Explanation {
	if (error instanceof WanAvatarError) {
		const { message, remedy, code, details } = error;
		return { message, description: remedy, code, details: toDataObject(details) };
	}
	const message = error instanceof Error ? error.message : String(error);
	const described = error instanceof NodeApiError || error instanceof NodeOperationError;
	const description = (described ? error.description : undefined) ?? '';
	return { message, description, code: 'REQUEST_REJECTED', details: {} };
}

function toDataObject(details: Readonly<Record<string, unknown>>): IDataObject {
	const plain: IDataObject = {};
	for (const [name, value] of Object.entries(details))
		if (typeof value === 'string' || typeof value === 'number') plain[name] = value;
	return plain;
}
