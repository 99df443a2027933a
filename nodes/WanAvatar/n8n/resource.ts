import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Operation } from './operation';
import type { Outputs } from './outputs';

/** An operation as its file exports it: with its entry in the list of operations, and what it gives out. */
export type ListedOperation = Operation & {
	option: INodePropertyOptions;
	outputs: Outputs;
};

/** A resource of the form and what can be done with it, each operation under the name of its option. */
export interface Resource {
	option: INodePropertyOptions;
	description: INodeProperties[];
	operations: ReadonlyMap<string, ListedOperation>;
}

/**
 * A resource from its operations, in the order in which the form shows them.
 * @param fallback the operation that is chosen at first, by the name of its option
 */
export function resourceOf(
	option: INodePropertyOptions,
	operations: readonly ListedOperation[],
	fallback: string,
): Resource {
	const operationField: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [option.value] } },
		options: operations.map((operation) => operation.option),
		default: fallback,
	};
	return {
		option,
		description: [operationField, ...operations.flatMap(({ description }) => description)],
		operations: new Map(operations.map((operation) => [String(operation.option.value), operation])),
	};
}
