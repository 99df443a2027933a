import type { HealthReport } from '../../lib/deployment/workers/endpointHealth';

const STATES = ['initializing', 'throttled', 'unhealthy', 'running', 'idle', 'ready'] as const;

/** How long the wait has lasted and how the workers are, such as `  1:05 cold (1 initializing): A worker is starting …`. */
export function waitText(elapsedMs: number, { health, meaning, workers }: HealthReport): string {
	const counts = STATES.filter((state) => workers[state] > 0).map(
		(state) => `${String(workers[state])} ${state}`,
	);
	const states = counts.length > 0 ? ` (${counts.join(', ')})` : ' (no worker)';
	return `  ${clockText(elapsedMs)} ${health}${states}: ${meaning}`;
}

/** Minutes and seconds. */
export function clockText(ms: number): string {
	const seconds = Math.floor(ms / 1000);
	return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}
