import { storedAs } from '../../contract/storedAs';
import type { JobReference } from './report';

/** What became of the remote job when nobody waits for it any longer. */
export type CancelOutcome =
	| 'cancelled'
	| 'not cancelled'
	/** The cancel is on its way, and goes on. */
	| 'unanswered'
	| 'left running'
	| 'gone'
	| "another's";

/** The outcome in sentences, for the remedy of an error. */
export function outcomeText(outcome: CancelOutcome, job: JobReference): string {
	switch (outcome) {
		case 'cancelled':
			return 'The job was cancelled on RunPod.';
		case 'left running':
			return `The job goes on running on endpoint ${job.endpoint_id}, as On Timeout says.${storedAs('perhaps', job.output_video_key)}`;
		case "another's":
			return `The job goes on: another execution waits for it.${storedAs('perhaps', job.output_video_key)}`;
		case 'gone':
			return '';
		case 'unanswered':
			return `Its cancel was sent to RunPod, which has not answered yet; it is repeated for a minute. To be sure, look at the Requests page of endpoint ${job.endpoint_id}.`;
		case 'not cancelled':
			return `The job could not be cancelled and may still be running on endpoint ${job.endpoint_id}: cancel it in the RunPod console.${storedAs('perhaps', job.output_video_key)}`;
	}
}

/** The outcome in a few words, for a job that another item's failure ended the wait for. */
export function outcomeInShort(outcome: CancelOutcome, { job_id, ...job }: JobReference): string {
	switch (outcome) {
		case 'cancelled':
		case 'gone':
			return `job ${job_id} was cancelled while it waited for a worker`;
		case 'unanswered':
			return `job ${job_id} is being cancelled; RunPod has not answered yet`;
		case 'left running':
		case "another's":
			return `job ${job_id} goes on; its video will be stored ${storedUnder(job)}`;
		case 'not cancelled':
			return `job ${job_id} could not be cancelled; its video will be stored ${storedUnder(job)}`;
	}
}

type OutputKey = Pick<JobReference, 'output_video_key'>;

export function storedUnder({ output_video_key }: OutputKey): string {
	return output_video_key === null ? 'under a key of its own' : `as ${output_video_key}`;
}
