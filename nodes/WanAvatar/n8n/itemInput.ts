import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { readSwitchOption } from '../fields/formValue';
import { readOptions, type GroupedOption } from '../fields/optionGroups';
import { NOT_AS_TOOL } from './asTool';
import { ItemWithFiles, type ItemResult } from './operation';

const includeInputFields: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	default: false,
	description:
		"Whether to pass the incoming item's own fields and files on, so that the next node still has them, such as the email address to write to",
	...NOT_AS_TOOL,
};

/** The option as operations have it. */
export const inputFieldsOption: GroupedOption = { group: 'output', property: includeInputFields };

/** The result with the incoming item's fields and files beneath it, where the options ask for them. */
export function withInputFields(
	context: IExecuteFunctions,
	item: number,
	result: ItemResult,
	options: object,
): ItemResult {
	if (Reflect.get(Object(options), includeInputFields.name) !== true) return result;
	return merged(context, item, result);
}

/**
 * The same in two steps, so that a fault of the options is found before anything is done.
 * @throws InvalidInput
 */
export function inputFieldsOf(
	context: IExecuteFunctions,
	item: number,
): (result: ItemResult) => ItemResult {
	if (!readSwitchOption(readOptions(context, item), includeInputFields)) return (result) => result;
	return (result) => merged(context, item, result);
}

/** Files are passed on as n8n refers to them; their content is not touched. */
function merged(context: IExecuteFunctions, item: number, result: ItemResult): ItemWithFiles {
	const { json = {}, binary } = context.getInputData()[item] ?? {};
	// A top-level "error" makes n8n take the item for a failed one.
	const { error, ...fields } = json;
	const own = result instanceof ItemWithFiles ? result : new ItemWithFiles(result, {});
	return new ItemWithFiles({ ...fields, ...own.json }, { ...binary, ...own.binary });
}
