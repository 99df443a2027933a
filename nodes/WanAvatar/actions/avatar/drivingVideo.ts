import type { INodeProperties } from 'n8n-workflow';
import { chosenFrom } from '../../fields/bucketLocator';
import { binaryField } from '../../fields/binaryField';
import { sourceProperties, type Source } from './sources';

export const drivingVideoSources: readonly Source[] = [
	{
		option: {
			name: 'MinIO',
			value: 'minioPath',
			description:
				"A video or template that is in the worker's bucket already: chosen from a list, by its path or by its ID",
		},
		field: 'driving_video_path',
		idField: 'template_id',
		property: {
			displayName: 'Driving Video',
			name: 'drivingVideoPath',
			type: 'resourceLocator',
			default: { mode: 'path', value: '' },
			required: true,
			description: "A video that is in the worker's bucket already, such as a template",
			...chosenFrom({
				searchListMethod: 'searchTemplates',
				listPlaceholder: 'Choose a driving video',
				pathPlaceholder: 'e.g. sitting-woman/video-conference-woman.mp4',
				idHint:
					'The ID of a template, sent to the worker as it is: the worker decides which video it means',
			}),
		},
	},
	{
		option: {
			name: 'URL',
			value: 'url',
			description: 'A video on the web that the worker downloads',
		},
		field: 'driving_video_url',
		property: {
			displayName: 'Driving Video URL',
			name: 'drivingVideoUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/moves.mp4',
			description: 'Address of the video; the worker must be able to open it without signing in',
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
			displayName: 'Driving Video Binary Field',
			name: 'drivingVideoBinaryField',
			default: 'Driving_Video',
			description:
				'An MP4, MOV or WebM video. With a MinIO API credential it may be large; without one it goes along with the request, which may have 10 MB.',
		}),
	},
	{
		option: {
			name: 'Base64',
			value: 'base64',
			description: 'A short video as text, sent along with the request',
		},
		field: 'driving_video_base64',
		property: {
			displayName: 'Driving Video Base64',
			name: 'drivingVideoBase64',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. AAAAIGZ0eXBpc29t…',
			description:
				'The video as base64, with or without a data: prefix. The whole request may have 10 MB: put larger files into MinIO.',
		},
	},
];

export const drivingVideoProperties: INodeProperties[] = sourceProperties(
	{
		displayName: 'Driving Video Source',
		name: 'drivingVideoSource',
		default: 'minioPath',
		description: 'Where the video comes from whose motion the portrait takes on',
	},
	drivingVideoSources,
);
