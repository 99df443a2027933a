import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import * as getStatus from './getStatus.operation';

export const option: INodePropertyOptions = {
	name: 'Job',
	value: 'job',
	description: 'Ask about jobs that were submitted before',
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['job'] } },
		options: [getStatus.option],
		default: 'getStatus',
	},
	...getStatus.description,
];
