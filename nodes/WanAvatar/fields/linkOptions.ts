import type { INodeProperties } from 'n8n-workflow';
import { MAX_LINK_EXPIRY_DAYS } from '../../../lib/contract/linkLimit';
import type { GroupedOption } from './optionGroups';

const expiryWords = `How long the links open. Parts of a day are fine: 0.5 is 12 hours. The most is ${String(MAX_LINK_EXPIRY_DAYS)} days, which is S3's limit.`;

/** The longest as a rule: an email may lie unread for days. */
export const linkExpiry: INodeProperties = {
	displayName: 'Link Expiry (Days)',
	name: 'linkExpiryDays',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MAX_LINK_EXPIRY_DAYS },
	default: MAX_LINK_EXPIRY_DAYS,
	description: expiryWords,
};

const linkType: INodeProperties = {
	displayName: 'Link Type',
	name: 'linkType',
	type: 'options',
	options: [
		{
			name: 'Presigned',
			value: 'presigned',
			description: 'Links that open for anyone who has them, until Link Expiry',
		},
		{
			name: 'Public Base URL',
			value: 'public',
			description: 'Links that last, for a bucket that anyone may read, such as behind a CDN',
		},
	],
	default: 'presigned',
	description:
		'Whether the links are signed and end, or lead to a public address and last. For the latter, Public Base URL can then be added here.',
};

const publicBaseUrl: INodeProperties = {
	displayName: 'Public Base URL',
	name: 'publicBaseUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://cdn.example.com/avatars',
	description: 'Where the keys of the bucket begin',
	displayOptions: { show: { [linkType.name]: ['public'] } },
};

/** Whether links end or last; for operations that give out a result of a job. */
export const resultLinkOptions: readonly GroupedOption[] = [
	{
		...linkExpiry,
		description: `${expiryWords} Needs a MinIO API credential, without which the worker's own links are output.`,
	},
	linkType,
	publicBaseUrl,
].map((property) => ({ group: 'links', property }));
