import type { Link, LinkWish } from '../../contract/link';
import type { LinkMaker } from '../../storage/video/presignedLinks';
import type { JobReport } from '../report/report';
import type { Refusal, Verified } from './verify';

interface Wanted {
	field: 'video_url' | 'thumbnail_url';
	key: string | null;
	/** The worker's link. */
	url: string | null;
	refusal: Refusal | undefined;
}

/**
 * Makes the links of the objects that a report names; where that cannot be done here, the worker's links stay. What the
 * store refuses to the access key would not open by a link that it signs.
 */
export async function linked(
	{ report, refusals }: Pick<Verified, 'report' | 'refusals'>,
	wish: LinkWish,
	maker: LinkMaker,
): Promise<JobReport> {
	const { minio_key, video_url, thumbnail_key, thumbnail_url } = report;
	const refusalOf = (key: string | null) => refusals.find((refusal) => refusal.key === key);
	const made = async (one: Omit<Wanted, 'refusal'>) =>
		await makeLink({ ...one, refusal: refusalOf(one.key) }, wish, maker);
	const video = await made({ field: 'video_url', key: minio_key, url: video_url });
	const thumbnail = await made({ field: 'thumbnail_url', key: thumbnail_key, url: thumbnail_url });
	return {
		...report,
		video_url: video.url,
		video_url_expires_at: video.expires_at,
		thumbnail_url: thumbnail.url,
		thumbnail_url_expires_at: thumbnail.expires_at,
		warnings: [...report.warnings, ...video.warnings, ...thumbnail.warnings],
	};
}

type ResultLink = { [Field in keyof Link]: Link[Field] | null } & { warnings: string[] };

async function makeLink(wanted: Wanted, wish: LinkWish, maker: LinkMaker): Promise<ResultLink> {
	const { key, url, refusal } = wanted;
	const isDead = refusal && wish.type !== 'public';
	const own = isDead ? undefined : await linkTo(key, wish, maker);
	const warnings = refusal ? [refusedText(wanted, refusal, own)] : [];
	if (own) return { ...own, warnings };
	return { url, expires_at: url === null ? null : maker.expiryOf(url), warnings };
}

function refusedText({ field, url }: Wanted, { reason }: Refusal, own: Link | undefined): string {
	const said = `${reason}: it was not checked`;
	if (own) return `${said}.`;
	return url === null
		? `${said}, and there is no link to it: the worker gave none.`
		: `${said}, and ${field} is the worker's own link.`;
}

async function linkTo(
	key: string | null,
	wish: LinkWish,
	maker: LinkMaker,
): Promise<Link | undefined> {
	if (key === null) return undefined;
	try {
		return await maker.linkTo(key, wish);
	} catch {
		// The video is paid for: a key that cannot be signed here must not cost the result.
		return undefined;
	}
}
