import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

interface Ways {
	searchListMethod: 'searchPortraits' | 'searchTemplates';
	listPlaceholder: string;
	pathPlaceholder: string;
	/** What an ID means, where the file can be named by one. */
	idHint?: string;
}

/** The ways to choose a file of the bucket. */
export function chosenFrom(ways: Ways): Required<Pick<INodeProperties, 'modes'>> {
	const { searchListMethod, listPlaceholder, pathPlaceholder, idHint } = ways;
	return {
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: listPlaceholder,
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By Path',
				name: 'path',
				type: 'string',
				placeholder: pathPlaceholder,
				hint: 'Folders and file name as in MinIO, without the name of the bucket',
			},
			...(idHint === undefined ? [] : byId(idHint).modes),
		],
	};
}

function byId(hint: string): { modes: INodePropertyMode[] } {
	return {
		modes: [
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. sitting-woman',
				hint,
			},
		],
	};
}
