import type { EndedJobState, JobState } from '../../runpod/queue/job';

export function hasEnded(look: JobState): look is EndedJobState {
	switch (look.tag) {
		case 'completed':
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return true;
		case 'queued':
		case 'running':
		case 'missing':
		case 'unreachable':
		case 'refused':
		case 'tooLarge':
			return false;
	}
}
