import { WanAvatarError } from '../../base/errors/errors';
import type { JobInput } from '../../contract/jobInput';
import type { JobReference } from './report';

/** What the workflow is told of whose avatar it is, before there is a job. */
export type Owner = Omit<JobReference, 'job_id' | 'endpoint_id' | 'submitted_at'>;

export function ownerOf({ input }: { input: JobInput }): Owner {
	const { user_id, avatar_id, output_video_key = null, output_thumbnail_key = null } = input;
	return { user_id, avatar_id, output_video_key, output_thumbnail_key };
}

/** Of many items each error says whose avatar it is about, also where there is no job yet. */
export function ofItem(error: unknown, item: { input: JobInput }): unknown {
	return error instanceof WanAvatarError ? error.withDetails({ ...ownerOf(item) }) : error;
}
