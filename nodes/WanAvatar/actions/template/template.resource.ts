import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import * as remove from './delete.operation';
import * as get from './get.operation';
import * as getMany from './getMany.operation';
import * as upload from './upload.operation';

export const option: INodePropertyOptions = {
	name: 'Template',
	value: 'template',
	description: 'Driving videos that lie ready in the bucket',
};

const operations = [remove, get, getMany, upload];

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['template'] } },
		options: operations.map(({ option }) => option),
		default: 'getMany',
	},
	...operations.flatMap(({ description }) => description),
];
