import { join } from 'node:path';
import type { StandIn } from './standin';

const MEDIA_FOLDER = join(__dirname, '..', 'examples', 'media');

/** Puts the sample portrait and driving video where the example workflows look for them. */
export async function seedExamples({ storage, bucket }: StandIn): Promise<void> {
	const portrait = join(MEDIA_FOLDER, 'portrait.png');
	const drivingVideo = join(MEDIA_FOLDER, 'driving-video.mp4');
	await storage.putFile(bucket, 'input-avatars/portrait.png', portrait, 'image/png');
	await storage.putFile(bucket, 'sitting-woman/driving-video.mp4', drivingVideo, 'video/mp4');
}
