import { Secret } from '../../base/data/secret';

/** What a worker finds in its environment. */
export type WorkerVariables = Readonly<Record<string, string | Secret>>;

const PLAIN_VARIABLES = new Set([
	'MINIO_ENDPOINT',
	'MINIO_USE_SSL',
	'MINIO_BUCKET',
	'RUNPOD_INIT_TIMEOUT',
]);

/** Variables as RunPod shows them: all are taken for secrets but those that are known to be none. */
export function workerVariables(values: Readonly<Record<string, string>>): WorkerVariables {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [
			name,
			PLAIN_VARIABLES.has(name) ? value : new Secret(value),
		]),
	);
}
