import * as cancel from './cancel.operation';
import * as getStatus from './getStatus.operation';
import * as retry from './retry.operation';
import * as wait from './wait.operation';
import { resourceOf } from '../../n8n/resource';

export const job = resourceOf(
	{
		name: 'Job',
		value: 'job',
		description: 'Follow, cancel or retry jobs that were submitted before',
	},
	[cancel, getStatus, retry, wait],
	'getStatus',
);
