import * as remove from './delete.operation';
import * as deploy from './deploy.operation';
import * as get from './get.operation';
import * as getCosts from './getCosts.operation';
import * as getHealth from './getHealth.operation';
import * as getMany from './getMany.operation';
import * as plan from './plan.operation';
import * as purgeQueue from './purgeQueue.operation';
import * as setWorkers from './setWorkers.operation';
import * as updateImage from './updateImage.operation';
import { resourceOf } from '../../n8n/resource';

export const endpoint = resourceOf(
	{
		name: 'Endpoint',
		value: 'endpoint',
		description: 'Deploy and look after the RunPod endpoint that runs the worker',
	},
	[remove, deploy, get, getCosts, getHealth, getMany, plan, purgeQueue, setWorkers, updateImage],
	'deploy',
);
