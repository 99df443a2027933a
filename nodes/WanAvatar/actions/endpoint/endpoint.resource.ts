import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import * as remove from './delete.operation';
import * as deploy from './deploy.operation';
import * as get from './get.operation';
import * as getHealth from './getHealth.operation';
import * as getMany from './getMany.operation';
import * as plan from './plan.operation';
import * as purgeQueue from './purgeQueue.operation';
import * as setWorkers from './setWorkers.operation';
import * as updateImage from './updateImage.operation';

export const option: INodePropertyOptions = {
	name: 'Endpoint',
	value: 'endpoint',
	description: 'Deploy and look after the RunPod endpoint that runs the worker',
};

const operations = [
	remove,
	deploy,
	get,
	getHealth,
	getMany,
	plan,
	purgeQueue,
	setWorkers,
	updateImage,
];

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['endpoint'] } },
		options: operations.map(({ option }) => option),
		default: 'deploy',
	},
	...operations.flatMap(({ description }) => description),
];
