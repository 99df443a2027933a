import * as remove from './delete.operation';
import * as download from './download.operation';
import * as getMany from './getMany.operation';
import * as getLinks from './getLinks.operation';
import { resourceOf } from '../../n8n/resource';

export const video = resourceOf(
	{ name: 'Video', value: 'video', description: 'Finished videos in the bucket' },
	[remove, download, getLinks, getMany],
	'getLinks',
);
