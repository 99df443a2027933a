import type { INodeProperties } from 'n8n-workflow';

/**
 * The files of the incoming item, for the list to choose from. n8n makes lists without any item, but its editor evaluates
 * all fields of the node before it asks for one. `_files` is where they are in combined binary mode.
 */
export const incomingFiles: INodeProperties = {
	displayName: 'Incoming Files',
	name: 'incomingFiles',
	type: 'hidden',
	default:
		'={{ [["", $binary], ["_files.", $json._files]].flatMap(([path, files]) => Object.entries(files ?? {}).map(([field, file]) => ({ name: `${path}${field} (${file.fileName ?? file.mimeType})`, value: path + field }))) }}',
};

/** A field that names a file of the incoming item, by the list of those that are there or by its name. */
export function binaryField({
	default: name,
	...field
}: Pick<INodeProperties, 'displayName' | 'name' | 'description'> & {
	default: string;
}): INodeProperties {
	return {
		...field,
		type: 'resourceLocator',
		default: { mode: 'name', value: name },
		required: true,
		hint: 'The name that the input panel shows under Binary. A form makes it of the label: Driving Video becomes Driving_Video. A download is called data.',
		modes: [
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: `e.g. ${name}`,
			},
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Choose a file of the incoming item',
				typeOptions: { searchListMethod: 'searchBinaryFields', searchable: true },
			},
		],
	};
}
