import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { isResourceLocatorValue } from 'n8n-workflow';
import type { ContractField } from '../../../../lib/contract/jobInput';
import type { GivenFile } from '../../../../lib/generation/request/requestFiles';
import { binaryFile } from '../../n8n/binaryFile';

/** One way to give a file: the choice in the list, and the fields that then show. */
export interface Source {
	option: INodePropertyOptions;
	/** The field of the job input that this way fills; a binary field fills one or another. */
	field: ContractField | 'binary';
	property: INodeProperties;
	/** Which field it is where that depends on the mode of a resource locator; no mode: a bare text of an expression. */
	fieldOf?: (mode: string | undefined, text: string) => ContractField;
	/** Fields that only help to fill in that one. */
	more?: readonly INodeProperties[];
}

/** The list to choose a way from, and the fields of each way, shown only when it is chosen. */
export function sourceProperties(
	list: Omit<INodeProperties, 'options' | 'type'>,
	sources: readonly Source[],
): INodeProperties[] {
	const chosen = sources.flatMap(({ option, property, more = [] }) =>
		[...more, property].map((one) => ({
			...one,
			displayOptions: { show: { [list.name]: [option.value] } },
		})),
	);
	const options = sources.map(({ option }) => option);
	return [{ ...list, type: 'options', noDataExpression: true, options }, ...chosen];
}

/** The form's own name of a field, for messages: a person looks for "Portrait URL", not for image_url. */
export function labelOf(
	field: Source['field'],
	{ name, displayName }: INodeProperties,
): [field: string, label: string] {
	if (field === 'binary') return [name, displayName];
	return [field, displayName.toLowerCase() === field ? displayName : `${displayName} (${field})`];
}

/** What a source gives for one item. */
export interface Given {
	fields: Record<string, unknown>;
	file?: GivenFile;
	/** The form's own names of the fields, for messages. */
	labels: [field: string, label: string][];
}

/** Reads the one field of the chosen way; an empty one is passed on, as is a file that is not there, to be refused by name. */
export async function readSource(
	context: IExecuteFunctions,
	item: number,
	list: string,
	sources: readonly Source[],
): Promise<Given> {
	const chosen = context.getNodeParameter(list, item, '');
	const source = sources.find(({ option }) => option.value === chosen);
	if (!source) return { fields: {}, labels: [] };
	const { property } = source;
	const { name } = property;
	if (source.field === 'binary') {
		const { settle } = await import('../../../../lib/base/errors/settled');
		const file = { field: name, file: await settle(binaryFile(context, item, name)) };
		return { fields: {}, file, labels: [labelOf('binary', property)] };
	}
	const given: unknown = context.getNodeParameter(name, item, '');
	const field = fieldOf(source.field, source, given);
	const value = isResourceLocatorValue(given) ? given.value : given;
	return { fields: { [field]: value ?? '' }, labels: [labelOf(field, property)] };
}

function fieldOf(field: ContractField, { fieldOf: choose }: Source, given: unknown): ContractField {
	if (!choose) return field;
	return isResourceLocatorValue(given)
		? choose(given.mode, String(given.value))
		: choose(undefined, String(given));
}
