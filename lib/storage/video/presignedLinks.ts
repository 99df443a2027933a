import { StoreRefusal } from '../../base/errors/accessDenied';
import type { Clock } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { publicBaseUrl, type Link, type LinkWish } from '../../contract/link';
import type { Bucket } from '../objects/bucket';
import { requireReadable } from './videos';

export interface LinkRequest {
	/** Whole, from 1 second to 7 days: S3 signs no link for longer. */
	expirySeconds: number;
	/** The name under which a browser saves the file, in place of showing it. */
	downloadName?: string | undefined;
	/** The moment from which the expiry counts; milliseconds since the epoch. */
	nowMs: number;
}

/** Makes the links of results, and reads those of others. */
export interface LinkMaker {
	/** Nothing where it cannot be made here: a signed one needs the bucket's key. */
	linkTo: (key: string, wish: LinkWish) => Promise<Link | undefined>;
	/** When a link ends, whoever signed it: ISO 8601; null where it does not say so. */
	expiryOf: (url: string) => string | null;
}

export function createLinkMaker(
	bucket: Pick<Bucket, 'presignGet'> | undefined,
	clock: Pick<Clock, 'now'>,
): LinkMaker {
	return {
		linkTo: async (key, wish) => {
			if (wish.type === 'public') return publicLink(wish.baseUrl, key);
			const { expirySeconds } = wish;
			return bucket && (await presignedLink(bucket, key, { expirySeconds, nowMs: clock.now() }));
		},
		expiryOf,
	};
}

/** Signs a link here, without asking the server. */
export async function presignedLink(
	bucket: Pick<Bucket, 'presignGet'>,
	key: string,
	{ expirySeconds, downloadName, nowMs }: LinkRequest,
): Promise<Link> {
	// The signature counts in whole seconds.
	const signedAtMs = Math.floor(nowMs / 1000) * 1000;
	const url = await bucket.presignGet(key, expirySeconds, {
		signedAtMs,
		...(downloadName === undefined || downloadName === '' ? {} : { downloadName }),
	});
	return { url, expires_at: toIso(signedAtMs + expirySeconds * 1000) };
}

/** The same for a file that a result does not depend on: none, and a warning, where the store refuses to read it. */
export async function linkUnlessRefused(
	bucket: Pick<Bucket, 'presignGet' | 'measure'>,
	key: string,
	request: LinkRequest,
	warnings: string[],
): Promise<Link | undefined> {
	try {
		await requireReadable(bucket, key);
		return await presignedLink(bucket, key, request);
	} catch (error) {
		if (!(error instanceof StoreRefusal)) throw error;
		warnings.push(`${error.message}: there is no link to it. ${error.remedy}`);
		return undefined;
	}
}

/**
 * A link that lasts, for a bucket that anyone may read, such as one behind a CDN. `baseUrl` is where the bucket's keys
 * begin, such as `https://cdn.example.com/avatars`.
 * @throws WanAvatarError INVALID_INPUT when it is no such address
 */
export function publicLink(baseUrl: string, key: string): Link {
	const base = publicBaseUrl.safeParse(baseUrl);
	if (!base.success)
		throw new WanAvatarError(
			'INVALID_INPUT',
			`Public Base URL ${base.error.issues.map(({ message }) => message).join('; ')}`,
			{ remedy: 'Give the address under which the keys of the bucket can be opened.' },
		);
	const path = key.split('/').map(encodeURIComponent).join('/');
	return { url: `${base.data}/${path}`, expires_at: null };
}

/** When a presigned URL ends, whoever signed it: ISO 8601; null where it does not say so. */
export function expiryOf(url: string): string | null {
	if (!URL.canParse(url)) return null;
	const query = new Map(
		[...new URL(url).searchParams].map(([name, value]) => [name.toLowerCase(), value]),
	);
	const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('x-amz-date') ?? '');
	const [, year, month, day, hour, minute, second] = signedAt ?? [];
	const expirySeconds = Number(query.get('x-amz-expires') ?? NaN);
	if (signedAt) {
		const date = [year, month, day].join('-');
		const time = [hour, minute, second].join(':');
		return toIso(Date.parse(`${date}T${time}Z`) + expirySeconds * 1000);
	}
	// Signature Version 2 gives the end itself, in seconds.
	const isVersion2 = query.has('signature') && query.has('expires');
	return isVersion2 ? toIso(Number(query.get('expires')) * 1000) : null;
}

function toIso(atMs: number): string | null {
	const date = new Date(atMs);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
