import { requestsPage } from '../../contract/consolePages';
import { storedAs } from '../../contract/storedAs';
import { WORKFLOW_STOPPED } from '../../base/async/stop';
import { WanAvatarError } from '../../base/errors/errors';
import type { JobContext } from './jobContext';
import { ownerOf } from '../report/owner';
import type { JobRecord } from '../record/record';
import { runsOutAtMs } from '../record/timeToLive';

/** Whether the item may still be submitted: nobody stopped it, and it has time left. */
export function maySubmit({ signal, runAborted }: JobContext): boolean {
	return !signal.aborted && !runAborted.aborted;
}

export function assertMaySubmit(context: JobContext): void {
	if (!maySubmit(context)) throw stoppedBeforeSubmit(context);
}

export function stoppedBeforeSubmit(context: JobContext): WanAvatarError {
	const { ports, runAborted } = context;
	const remedy = 'Nothing was sent to RunPod for it.';
	if (ports.signal?.aborted || runAborted.aborted)
		return new WanAvatarError('STOPPED', `${WORKFLOW_STOPPED} before this item was submitted`, {
			remedy,
		});
	return new WanAvatarError('DEADLINE', 'Timeout was over before this item was submitted', {
		remedy: `${remedy} MinIO or RunPod is slow to answer, or Timeout in the Waiting Options is too short.`,
	});
}

/** Its execution is to sleep, and the end of the job could not be noted or read again. */
export function cannotSleep(right: 'read' | 'write', { book }: JobContext): WanAvatarError {
	const allowed = right === 'read' ? 's3:GetObject' : 's3:PutObject';
	return new WanAvatarError(
		'STORAGE',
		`The access key may not ${right} the job record ${book.key ?? ''}, which Suspend Until Called Back needs`,
		{
			remedy: `Give the key a policy that allows ${allowed} for *.job.json, or set How to Wait to In This Node.`,
		},
	);
}

export function stoppedWhileSubmitting(intent: JobRecord, { ports }: JobContext): WanAvatarError {
	const isStop = ports.signal?.aborted ?? false;
	return new WanAvatarError(
		isStop ? 'STOPPED' : 'DEADLINE',
		`${isStop ? WORKFLOW_STOPPED : 'Timeout was over'} while this item was sent to RunPod, which has not answered yet`,
		{
			remedy: `Its job is cancelled as soon as RunPod names it. To be sure, look at the Requests page of the endpoint (${requestsPage(intent.endpoint_id)}).`,
			details: { endpoint_id: intent.endpoint_id },
		},
	);
}

/** Says until when the item is held back, and what would have made that shorter. */
export function heldBack(error: WanAvatarError, intent: JobRecord): WanAvatarError {
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, message, {
		remedy: `${remedy} ${holdText(intent)}`,
		details: { ...details, endpoint_id: intent.endpoint_id },
	});
}

function holdText(intent: JobRecord): string {
	const until = new Date(runsOutAtMs(intent)).toISOString();
	const shorter =
		intent.ttl_ms === null
			? ' With Max Run Time and Max Queue Time in the Limits, that is as long as both together.'
			: '';
	return `It is not sent again before ${until}, when RunPod drops the job at the latest.${shorter} To send it all the same, turn on Submit Anyway in the Worker Options.`;
}

/** The error for a request of which nobody knows whether it was submitted. */
export function uncertain(record: JobRecord, context: JobContext): WanAvatarError {
	const at = new Date(record.intended_at_ms).toISOString();
	const where = storedAs('coming', ownerOf(context.request).output_video_key);
	return new WanAvatarError(
		'SUBMIT_UNKNOWN',
		`A job for this item was sent at ${at} and may be running: RunPod gave no job ID`,
		{
			remedy: `${holdText(record)} Look at the Requests page of the endpoint (${requestsPage(record.endpoint_id)}).${where}`,
			details: { endpoint_id: record.endpoint_id },
		},
	);
}

export function notSent(error: WanAvatarError): WanAvatarError {
	const { code, message, remedy, details } = error;
	if (code !== 'STORAGE') return error;
	const told = `${remedy} Nothing was sent to RunPod for the item.`;
	return new WanAvatarError(code, message, { remedy: told, details });
}
