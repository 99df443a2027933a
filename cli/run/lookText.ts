import { cleanRemoteText } from '../../lib/base/data/remoteText';
import type { Json } from '../../lib/base/data/json';
import type { JobState } from '../../lib/runpod/queue/job';
import { clockText } from '../output/waitText';

const MAX_PROGRESS_LENGTH = 100;

/** How long a job has been followed and how it is, such as `  1:05 running on worker abc: 40 %`. */
export function lookText(elapsedMs: number, look: JobState): string {
	return `  ${clockText(elapsedMs)} ${stateText(look)}`;
}

function stateText(look: JobState): string {
	switch (look.tag) {
		case 'queued':
			return 'waiting for a worker';
		case 'running': {
			const { workerId } = look.facts;
			const where = workerId === null ? 'running' : `running on worker ${workerId}`;
			const progress = progressText(look.progress);
			return progress === '' ? where : `${where}: ${progress}`;
		}
		case 'missing':
		case 'unreachable':
		case 'refused':
		case 'tooLarge':
			return `no news: ${look.reason}`;
		default:
			return `ended: ${look.facts.status}`;
	}
}

function progressText(progress: Json): string {
	if (progress === null) return '';
	const text = typeof progress === 'string' ? progress : JSON.stringify(progress);
	const clean = cleanRemoteText(text);
	return clean.length > MAX_PROGRESS_LENGTH ? `${clean.slice(0, MAX_PROGRESS_LENGTH)}…` : clean;
}
