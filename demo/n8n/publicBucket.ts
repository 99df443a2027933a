import type { StandIn } from '../../standin/standin';

/** Videos and thumbnails, not the job records beside them. */
const VIDEOS = /^user-avatars\/.+\.(mp4|jpg)$/;

/**
 * Lets anyone read the finished videos, so that links that last open.
 * @returns the address where the keys of the bucket begin
 */
export function publishVideos({ storage, bucket }: Pick<StandIn, 'storage' | 'bucket'>): string {
	storage.publish(bucket, VIDEOS);
	return `${storage.url}/${bucket}`;
}
