import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import * as remove from './delete.operation';
import * as download from './download.operation';
import * as getMany from './getMany.operation';
import * as getLinks from './getLinks.operation';

export const option: INodePropertyOptions = {
	name: 'Video',
	value: 'video',
	description: 'Finished videos in the bucket',
};

const operations = [remove, download, getLinks, getMany];

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['video'] } },
		options: operations.map(({ option }) => option),
		default: 'getLinks',
	},
	...operations.flatMap(({ description }) => description),
];
