import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { ContractField } from '../../../lib/contract/jobInput';

/** One way to give a file: the choice in the list, and the field that then shows. */
export interface Source {
	option: INodePropertyOptions;
	/** The field of the job input that this way fills; a binary field fills one or another. */
	field: ContractField | 'binary';
	property: INodeProperties;
}

/** The list to choose a way from, and the field of each way, shown only when it is chosen. */
export function sourceProperties(
	list: Omit<INodeProperties, 'options' | 'type'>,
	sources: readonly Source[],
): INodeProperties[] {
	const chosen = sources.map(({ option, property }) => ({
		...property,
		displayOptions: { show: { [list.name]: [option.value] } },
	}));
	const options = sources.map(({ option }) => option);
	return [{ ...list, type: 'options', noDataExpression: true, options }, ...chosen];
}
