import * as z from 'zod/v4';
import type { WorkerVariables } from '../../runpod/management/workerVariables';
import { optionalSecret, optionalText, requiredSecret, requiredText, truth } from './values';

/** The variables that say where the worker reads its inputs and stores its videos. */
export const workerStorage = z.object({
	MINIO_ENDPOINT: requiredText(
		'MINIO_ENDPOINT',
		'give a host or host:port without https://, such as minio.example.com',
		/^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/i,
	),
	MINIO_ACCESS_KEY: requiredSecret('MINIO_ACCESS_KEY', "give the worker's access key", /^\S+$/),
	MINIO_SECRET_KEY: requiredSecret('MINIO_SECRET_KEY', "give the worker's secret key", /^\S+$/),
	MINIO_USE_SSL: truth('MINIO_USE_SSL'),
	MINIO_BUCKET: requiredText(
		'MINIO_BUCKET',
		'give the name of a bucket: 3 to 63 small letters, digits, dots and hyphens',
		/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
	),
});

/** The variables that say who may pull a private image. */
export const imagePuller = z.object({
	DOCKERHUB_USERNAME: optionalText('DOCKERHUB_USERNAME', 'give a Docker Hub user name', /^\S+$/),
	DOCKERHUB_PASSWORD: optionalSecret('DOCKERHUB_PASSWORD', 'give a Docker Hub password or token'),
});

/** Both as they are once parsed, by these rules or by those of a credential. */
export type WorkerSettings = z.output<typeof workerStorage> & z.output<typeof imagePuller>;

/** What the worker finds in its environment from settings of their own. */
export function ownWorkerVariables(
	data: z.output<typeof workerStorage> & { RUNPOD_INIT_TIMEOUT: number },
): WorkerVariables {
	return {
		MINIO_ENDPOINT: data.MINIO_ENDPOINT,
		MINIO_ACCESS_KEY: data.MINIO_ACCESS_KEY,
		MINIO_SECRET_KEY: data.MINIO_SECRET_KEY,
		MINIO_USE_SSL: String(data.MINIO_USE_SSL),
		MINIO_BUCKET: data.MINIO_BUCKET,
		RUNPOD_INIT_TIMEOUT: String(data.RUNPOD_INIT_TIMEOUT),
	};
}
