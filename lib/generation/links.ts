import type { Link, LinkWish } from '../contract/link';
import type { LinkMaker } from '../storage/links';
import type { JobReport } from './report';

/** Makes the links of the objects that a report names; where that cannot be done here, the worker's links stay. */
export async function linked(
	report: JobReport,
	wish: LinkWish,
	maker: LinkMaker,
): Promise<JobReport> {
	const { minio_key, video_url, thumbnail_key, thumbnail_url } = report;
	const video = (await linkTo(minio_key, wish, maker)) ?? workersLink(video_url, maker);
	const thumbnail = (await linkTo(thumbnail_key, wish, maker)) ?? workersLink(thumbnail_url, maker);
	return {
		...report,
		video_url: video.url,
		video_url_expires_at: video.expires_at,
		thumbnail_url: thumbnail.url,
		thumbnail_url_expires_at: thumbnail.expires_at,
	};
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

function workersLink(url: string | null, { expiryOf }: LinkMaker) {
	return { url, expires_at: url === null ? null : expiryOf(url) };
}
