import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import * as cancel from './cancel.operation';
import * as getStatus from './getStatus.operation';
import * as retry from './retry.operation';
import * as wait from './wait.operation';

export const option: INodePropertyOptions = {
	name: 'Job',
	value: 'job',
	description: 'Follow, cancel or retry jobs that were submitted before',
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['job'] } },
		options: [cancel.option, getStatus.option, retry.option, wait.option],
		default: 'getStatus',
	},
	...cancel.description,
	...getStatus.description,
	...retry.description,
	...wait.description,
];
