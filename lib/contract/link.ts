import * as z from 'zod/v4';
import { MAX_LINK_EXPIRY_DAYS } from './linkLimit';
import { noFault } from '../base/errors/noFault';
import { formNumber } from '../base/data/number';
import { text } from '../base/data/text';

/** A link for whoever has it; `expires_at` is ISO 8601 to the second, null where it lasts or does not tell. */
export interface Link {
	url: string;
	expires_at: string | null;
}

/** What kind of links a user wants: signed ones that end, or ones that last, for a bucket that anyone may read. */
export type LinkWish =
	| { type: 'presigned'; expirySeconds: number }
	/** `baseUrl` is where the bucket's keys begin, such as `https://cdn.example.com/avatars`. */
	| { type: 'public'; baseUrl: string };

const DAY_SECONDS = 24 * 3600;

/** How long a link opens, from days or parts of one: whole seconds, from 1 second to 7 days. */
export const linkExpiry = formNumber(
	z
		.number({ error: 'must be a number of days' })
		.positive('must be more than 0 days')
		.max(
			MAX_LINK_EXPIRY_DAYS,
			`must be at most ${String(MAX_LINK_EXPIRY_DAYS)} days: S3 signs no link for longer`,
		),
)
	.default(MAX_LINK_EXPIRY_DAYS)
	.transform((days) => Math.max(1, Math.round(days * DAY_SECONDS)));

/** Where the keys of a public bucket begin. */
export const publicBaseUrl = text
	.transform((url) => url.trim().replace(/\/+$/, ''))
	.check(noFault(baseUrlFault));

function baseUrlFault(url: string): string | undefined {
	if (/^https?:\/\/[^?#]+$/i.test(url) && URL.canParse(url)) return undefined;
	return 'must be an address such as https://cdn.example.com/avatars, without ? and #';
}

const linkOptions = z.discriminatedUnion(
	'linkType',
	[
		z.object({
			linkType: z.literal('presigned').optional(),
			linkExpiryDays: linkExpiry,
		}),
		z.object({
			linkType: z.literal('public'),
			linkExpiryDays: linkExpiry,
			publicBaseUrl: z.preprocess((url) => url ?? '', publicBaseUrl),
		}),
	],
	{ error: 'must be Presigned ("presigned") or Public Base URL ("public")' },
);

/** The wish that the form's options make; one for public links needs their address. */
export const linkWish = linkOptions.transform((options): LinkWish =>
	options.linkType === 'public'
		? { type: 'public', baseUrl: options.publicBaseUrl }
		: { type: 'presigned', expirySeconds: options.linkExpiryDays },
);
