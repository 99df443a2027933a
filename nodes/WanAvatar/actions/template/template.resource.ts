import * as remove from './delete.operation';
import * as get from './get.operation';
import * as getMany from './getMany.operation';
import * as upload from './upload.operation';
import { resourceOf } from '../../n8n/resource';

export const template = resourceOf(
	{
		name: 'Template',
		value: 'template',
		description: 'Driving videos that lie ready in the bucket',
	},
	[remove, get, getMany, upload],
	'getMany',
);
