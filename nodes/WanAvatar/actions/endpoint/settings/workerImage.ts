import type { INodeProperties } from 'n8n-workflow';

export const workerImage: INodeProperties = {
	displayName: 'Image',
	name: 'image',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. dexsynccom/twin-avatar:wan-worker-20260214-2d62a28',
	description: 'Image of the worker, with a version tag or a digest',
};
