import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import * as generate from './generate.operation';

export const option: INodePropertyOptions = {
	name: 'Avatar',
	value: 'avatar',
	description: 'Make avatar videos',
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['avatar'] } },
		options: [generate.option],
		default: 'generate',
	},
	...generate.description,
];
