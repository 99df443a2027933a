import { WORKFLOW_STOPPED } from '../../base/async/stop';
import { WanAvatarError } from '../../base/errors/errors';
import type { JobMemory } from '../request/ports';
import { jobRecord } from '../record/record';

/** The error of an item that is not read any more after Stop: an earlier try of the execution may have submitted it. */
export function stoppedItem(memory: JobMemory, slot: string): WanAvatarError {
	const { data } = jobRecord.safeParse(memory.read(slot));
	if (!data || data.state === 'unsent')
		return new WanAvatarError('STOPPED', `${WORKFLOW_STOPPED} before this item was read`, {
			remedy: 'Nothing was sent to RunPod for it.',
		});
	const { job_id, endpoint_id } = data;
	if (job_id === null)
		return new WanAvatarError(
			'STOPPED',
			`${WORKFLOW_STOPPED} after this item was sent to RunPod, which gave no job ID`,
			{
				remedy: 'Its job may be running: look at the Requests page of the endpoint.',
				details: { endpoint_id },
			},
		);
	return new WanAvatarError('STOPPED', `${WORKFLOW_STOPPED}; job ${job_id} is of this item`, {
		remedy:
			'An earlier try submitted it, and cancelled it if it was not finished. Get Status with its job ID tells how it is.',
		details: { job_id, endpoint_id },
	});
}
