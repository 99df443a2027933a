import * as generate from './generate.operation';
import { resourceOf } from '../../n8n/resource';

export const avatar = resourceOf(
	{ name: 'Avatar', value: 'avatar', description: 'Make avatar videos' },
	[generate],
	'generate',
);
