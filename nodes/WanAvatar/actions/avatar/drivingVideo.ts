import type { INodeProperties } from 'n8n-workflow';
import { isTemplateId } from '../../../../lib/storage/objects/fileName';
import { templateLocator, templatePrefix } from '../template/templateFields';
import { binaryField } from '../../fields/binaryField';
import { sourceProperties, type Source } from './sources';

export const drivingVideoSources: readonly Source[] = [
	{
		option: {
			name: 'From Template',
			value: 'template',
			description: "A motion template: chosen from the bucket's list, by its ID, or by its path",
		},
		field: 'driving_video_path',
		fieldOf: (mode, text) => (isTemplateId(mode, text) ? 'template_id' : 'driving_video_path'),
		property: {
			...templateLocator,
			description:
				'A driving video that lies ready in the bucket. An ID is sent to the worker as given: the worker decides which video it means.',
		},
		more: [templatePrefix],
	},
	{
		option: {
			name: 'MinIO Path',
			value: 'minioPath',
			description: "A video that is in the worker's bucket already",
		},
		field: 'driving_video_path',
		property: {
			displayName: 'Driving Video Path',
			name: 'drivingVideoPath',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. sitting-woman/video-conference-woman.mp4',
			description: "Key of the video in the worker's bucket, without a leading slash",
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
