import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { ContractField } from '../../../../lib/contract/jobInput';
import type { GivenFile } from '../../../../lib/generation/request/requestFiles';
import { isTemplateId } from '../../../../lib/storage/objects/fileName';
import { readLocator } from '../../fields/formValue';
import { assertGetsFiles, NOT_AS_TOOL } from '../../n8n/asTool';
import { binaryFile } from '../../n8n/binaryFile';

/** One way to give a file: the choice in the list, and the fields that then show. */
export interface Source {
	option: INodePropertyOptions;
	/** The field of the job input that this way fills; a binary field fills one or another. */
	field: ContractField | 'binary';
	property: INodeProperties;
	/** The field that an ID fills, where the file may be named by one. */
	idField?: ContractField;
}

/** The list to choose a way from, and the fields of each way, shown only when it is chosen. */
export function sourceProperties(
	list: Omit<INodeProperties, 'options' | 'type'>,
	sources: readonly Source[],
): INodeProperties[] {
	const chosen = sources.map(({ option, property }) => ({
		...property,
		displayOptions: { show: { [list.name]: [option.value] } },
	}));
	const options = sources.map(({ option, field }) =>
		field === 'binary' ? { ...option, ...NOT_AS_TOOL } : option,
	);
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

/** The same of each field that a source may fill. */
export function labelsOf({ field, idField, property }: Source): [field: string, label: string][] {
	const fields = idField === undefined ? [field] : [field, idField];
	return fields.map((one) => labelOf(one, property));
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
		assertGetsFiles(context, name);
		const { settle } = await import('../../../../lib/base/errors/settled');
		const file = { field: name, file: await settle(binaryFile(context, item, name)) };
		return { fields: {}, file, labels: [labelOf('binary', property)] };
	}
	const { mode, value } = readLocator(context, item, name);
	const { field, idField } = source;
	const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
	const isId = (mode !== undefined || text !== '') && isTemplateId(mode, text);
	const filled = idField !== undefined && isId ? idField : field;
	return { fields: { [filled]: value ?? '' }, labels: [labelOf(filled, property)] };
}
