import type { INodeProperties } from 'n8n-workflow';
import { MAX_LINK_EXPIRY_SECONDS } from '../../../lib/contract/linkLimit';

/** The longest as a rule: an email may lie unread for days. */
export const linkExpiry: INodeProperties = {
	displayName: 'Link Expiry (Seconds)',
	name: 'linkExpirySeconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_LINK_EXPIRY_SECONDS },
	default: MAX_LINK_EXPIRY_SECONDS,
	description: "How long the links open, from 1 second to 7 days (604800), which is S3's limit",
};

/** Whether links end or last; for operations that give out a result of a job. */
export const resultLinkOptions: Readonly<Record<'expiry' | 'type' | 'baseUrl', INodeProperties>> = {
	expiry: {
		...linkExpiry,
		description:
			"How long the links open, from 1 second to 7 days (604800), which is S3's limit. Needs a MinIO API credential, without which the worker's own links are output.",
	},
	type: {
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
		description: 'Whether the links are signed and end, or lead to a public address and last',
	},
	baseUrl: {
		displayName: 'Public Base URL',
		name: 'publicBaseUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://cdn.example.com/avatars',
		description: 'Where the keys of the bucket begin, for Link Type Public Base URL',
	},
};

/** What the form says, to be checked where the link is signed. */
export function readLinkExpirySeconds(options: object): number {
	const given: unknown = Reflect.get(options, linkExpiry.name);
	return given === undefined ? MAX_LINK_EXPIRY_SECONDS : Number(given);
}
