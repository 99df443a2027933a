import type { Bucket } from '../../storage/objects/bucket';
import { completedFromStore, type JobReference, type JobReport } from '../report/report';
import type { JobRecord } from './record';

/**
 * The result of a job that RunPod no longer knows, from the objects it left: nothing when there is no video, or when it
 * is older than the record of the job, by the store's own clock.
 */
export async function recover(
	job: JobReference,
	{ recorded_at_ms, output, run }: Pick<JobRecord, 'recorded_at_ms' | 'output' | 'run'>,
	bucket: Pick<Bucket, 'stat'> | undefined,
): Promise<JobReport | undefined> {
	if (!bucket || recorded_at_ms === null) return undefined;
	const isNewer = async (key: string | null): Promise<boolean> => {
		if (key === null) return false;
		const found = await bucket.stat(key);
		if (found.tag !== 'there') return false;
		return found.facts.sizeBytes > 0 && found.facts.lastModifiedMs >= recorded_at_ms;
	};
	const { output_video_key, output_thumbnail_key } = job;
	if (output_video_key === null || !(await isNewer(output_video_key))) return undefined;
	const hasThumbnail = await isNewer(output_thumbnail_key);
	const report = completedFromStore(job, output, {
		minio_key: output_video_key,
		thumbnail_key: hasThumbnail ? output_thumbnail_key : null,
	});
	return { ...report, ...run };
}
