import type { Bucket } from '../storage/bucket';
import type { JobReport } from './report';

/** How long a link signed here opens; the longest that S3 allows, since an email may lie unread for days. */
const LINK_EXPIRY_SECONDS = 7 * 24 * 3600;

/** Signs links for the objects that a report names, where their bucket is known; else leaves the worker's links. */
export async function linked(
	report: JobReport,
	bucket: Pick<Bucket, 'presignGet'> | undefined,
): Promise<JobReport> {
	if (!bucket) return report;
	const { minio_key, video_url, thumbnail_key, thumbnail_url } = report;
	return {
		...report,
		video_url: minio_key ? await sign(bucket, minio_key, video_url) : video_url,
		thumbnail_url: thumbnail_key ? await sign(bucket, thumbnail_key, thumbnail_url) : thumbnail_url,
	};
}

async function sign(
	bucket: Pick<Bucket, 'presignGet'>,
	key: string,
	workersLink: string | null,
): Promise<string | null> {
	try {
		return await bucket.presignGet(key, LINK_EXPIRY_SECONDS);
	} catch {
		// The video is paid for: a key that cannot be signed here must not cost the result.
		return workersLink;
	}
}
