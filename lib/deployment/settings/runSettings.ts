import type * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import { target, toTarget, type RawSettings, type Target } from './deploymentSettings';
import { isBlank } from './values';
import { workerStorage } from './workerSettings';

/** Which endpoint is to make a video, and the worker's bucket where it is given. */
export interface RunSettings extends Target {
	storage: z.output<typeof workerStorage> | undefined;
}

const STORAGE_FIELDS = [
	'MINIO_ENDPOINT',
	'MINIO_ACCESS_KEY',
	'MINIO_SECRET_KEY',
	'MINIO_BUCKET',
] as const;

/**
 * Reads what a job from the terminal needs. MinIO is given whole or not at all.
 * @throws InvalidInput naming every variable that is missing or malformed
 */
export function parseRunSettings(raw: RawSettings): RunSettings {
	const hasStorage = STORAGE_FIELDS.some((name) => !isBlank(raw[name]));
	const meant = target.safeParse(raw);
	const stored = hasStorage ? workerStorage.safeParse(raw) : undefined;
	const faults = [meant.error, stored?.error].flatMap((error) =>
		error ? InvalidInput.from(error).faults : [],
	);
	if (!meant.success || faults.length > 0) throw new InvalidInput(faults);
	return { ...toTarget(meant.data, raw), storage: stored?.data };
}
