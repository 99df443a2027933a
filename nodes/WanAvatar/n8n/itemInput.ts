import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { readSwitchOption } from '../fields/formValue';
import { readOptions, type GroupedOption } from '../fields/optionGroups';

const includeInputFields: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	default: false,
	description:
		"Whether to pass the incoming item's own fields on, so that the next node still has them, such as the email address to write to",
};

/** The option as operations have it. */
export const inputFieldsOption: GroupedOption = { group: 'output', property: includeInputFields };

/** The result with the incoming item's fields beneath it, where the options ask for them. */
export function withInputFields(
	context: IExecuteFunctions,
	item: number,
	result: IDataObject,
	options: object,
): IDataObject {
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
): (result: IDataObject) => IDataObject {
	if (!readSwitchOption(readOptions(context, item), includeInputFields)) return (result) => result;
	return (result) => merged(context, item, result);
}

function merged(context: IExecuteFunctions, item: number, result: IDataObject): IDataObject {
	// A top-level "error" makes n8n take the item for a failed one.
	const { error, ...fields } = context.getInputData()[item]?.json ?? {};
	return { ...fields, ...result };
}
