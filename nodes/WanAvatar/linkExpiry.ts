import type { INodeProperties } from 'n8n-workflow';

/** Seven days, the longest that S3 allows: an email may lie unread for days. */
export const DEFAULT_LINK_EXPIRY_SECONDS = 604_800;

export const linkExpiry: INodeProperties = {
	displayName: 'Link Expiry (Seconds)',
	name: 'linkExpirySeconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: DEFAULT_LINK_EXPIRY_SECONDS },
	default: DEFAULT_LINK_EXPIRY_SECONDS,
	description: "How long the links open, from 1 second to 7 days (604800), which is S3's limit",
};

/** What the form says, to be checked where the link is signed. */
export function readLinkExpirySeconds(options: object): number {
	const given: unknown = Reflect.get(options, linkExpiry.name);
	return given === undefined ? DEFAULT_LINK_EXPIRY_SECONDS : Number(given);
}
