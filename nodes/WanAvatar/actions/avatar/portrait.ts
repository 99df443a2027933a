import type { INodeProperties } from 'n8n-workflow';
import { binaryField } from '../../fields/binaryField';
import { sourceProperties, type Source } from './sources';

export const portraitSources: readonly Source[] = [
	{
		option: {
			name: 'MinIO Path',
			value: 'minioPath',
			description: "An image that is in the worker's bucket already",
		},
		field: 'image_minio_path',
		property: {
			displayName: 'Portrait Path',
			name: 'portraitPath',
			type: 'resourceLocator',
			default: { mode: 'path', value: '' },
			required: true,
			description: "Key of the image in the worker's bucket, without a leading slash",
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					placeholder: 'Choose a portrait',
					typeOptions: { searchListMethod: 'searchPortraits', searchable: true },
				},
				{
					displayName: 'By Path',
					name: 'path',
					type: 'string',
					placeholder: 'e.g. input-avatars/jobs.png',
				},
			],
		},
	},
	{
		option: {
			name: 'URL',
			value: 'url',
			description: 'An image on the web that the worker downloads',
		},
		field: 'image_url',
		property: {
			displayName: 'Portrait URL',
			name: 'portraitUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/portrait.png',
			description: 'Address of the image; the worker must be able to open it without signing in',
		},
	},
	{
		option: {
			name: 'Binary File',
			value: 'binary',
			description: 'A file of the incoming item, such as from a form or a download',
		},
		field: 'binary',
		property: binaryField({
			displayName: 'Portrait Binary Field',
			name: 'portraitBinaryField',
			default: 'Portrait',
			description:
				'A PNG, JPEG or WebP image. With a MinIO API credential it may be large; without one it goes along with the request, which may have 10 MB.',
		}),
	},
	{
		option: {
			name: 'Base64',
			value: 'base64',
			description: 'A small image as text, sent along with the request',
		},
		field: 'image_base64',
		property: {
			displayName: 'Portrait Base64',
			name: 'portraitBase64',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. iVBORw0KGgo…',
			description:
				'The image as base64, with or without a data: prefix. The whole request may have 10 MB: put larger files into MinIO.',
		},
	},
];

export const portraitProperties: INodeProperties[] = sourceProperties(
	{
		displayName: 'Portrait Source',
		name: 'portraitSource',
		default: 'minioPath',
		description: 'Where the still image comes from that will be moved',
	},
	portraitSources,
);
