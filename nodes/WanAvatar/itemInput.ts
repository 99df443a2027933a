import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

export const includeInputFields: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	default: false,
	description:
		"Whether to pass the incoming item's own fields on, so that the next node still has them, such as the email address to write to",
};

/**
 * Puts the incoming item's fields beneath a result, where the options ask for them. In two steps, so that a fault of the
 * options is found before anything is done.
 */
export function inputFieldsOf(
	context: IExecuteFunctions,
	item: number,
	options: object = context.getNodeParameter('options', item, {}),
): (result: IDataObject) => IDataObject {
	if (!Reflect.get(options, 'includeInputFields')) return (result) => result;
	return (result) => {
		// A top-level "error" makes n8n take the item for a failed one.
		const { error, ...fields } = context.getInputData()[item]?.json ?? {};
		return { ...fields, ...result };
	};
}
