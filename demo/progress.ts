import type { QueueApi } from '../standin/queue/queueApi';

const INTERVAL_MS = 250;

/** Prints each change in the state of the jobs, until it is stopped. */
export function showProgress(queue: Pick<QueueApi, 'jobs'>): { stop: () => void } {
	const startMs = Date.now();
	let shown = '';
	const show = () => {
		const state = queue.jobs().map(describe).join(', ') || 'no job yet';
		if (state === shown) return;
		shown = state;
		console.log(`[${((Date.now() - startMs) / 1000).toFixed(1).padStart(5)} s] ${state}`);
	};
	show();
	const timer = setInterval(show, INTERVAL_MS);
	return {
		stop: () => {
			clearInterval(timer);
			show();
		},
	};
}

function describe({ id, status, output }: ReturnType<QueueApi['jobs']>[number]): string {
	const progress =
		status === 'IN_PROGRESS' && output !== undefined ? ` ${JSON.stringify(output)}` : '';
	return `job ${id}: ${status}${progress}`;
}
