import type { INodeProperties } from 'n8n-workflow';
import { chosenFrom } from '../../fields/bucketLocator';
import { binaryField } from '../../fields/binaryField';
import { sourceProperties, type Source } from './sources';

export const portraitSources: readonly Source[] = [
	{
		option: {
			name: 'MinIO',
			value: 'minioPath',
			description:
				"An image that is in the worker's bucket already: chosen from a list, or by its path",
		},
		field: 'image_minio_path',
		property: {
			displayName: 'Portrait',
			name: 'portraitPath',
			type: 'resourceLocator',
			default: { mode: 'path', value: '' },
			required: true,
			description: "An image that is in the worker's bucket already",
			...chosenFrom({
				searchListMethod: 'searchPortraits',
				listPlaceholder: 'Choose a portrait',
				pathPlaceholder: 'e.g. input-avatars/jobs.png',
			}),
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
