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

const LOOKS_LIKE_A_TOKEN = /^hf_\w{20,}$/;

/** The name of a secret that RunPod keeps, alone or as RunPod writes it in a variable. */
export const tokenSecret = optionalText(
	'RUNPOD_HF_TOKEN_SECRET_NAME',
	'give the name of a RunPod secret, such as hf_token',
	/^(\{\{\s*RUNPOD_SECRET_\w+\s*\}\}|\w+)$/,
)
	.transform((given) => given?.replace(/^(?:\{\{\s*)?RUNPOD_SECRET_(\w+?)(?:\s*\}\})?$/, '$1'))
	.refine(
		(name) => name === undefined || !LOOKS_LIKE_A_TOKEN.test(name),
		'looks like a token itself: make a secret of it in the RunPod console, and give the name of that',
	);

/** Both as they are once parsed, by these rules or by those of a credential. */
export type WorkerSettings = z.output<typeof workerStorage> & z.output<typeof imagePuller>;

/** What the worker finds in its environment from settings of their own. */
export function ownWorkerVariables(
	data: z.output<typeof workerStorage> & {
		RUNPOD_INIT_TIMEOUT: number;
		RUNPOD_HF_TOKEN_SECRET_NAME?: string | undefined;
	},
): WorkerVariables {
	const secret = data.RUNPOD_HF_TOKEN_SECRET_NAME;
	return {
		MINIO_ENDPOINT: data.MINIO_ENDPOINT,
		MINIO_ACCESS_KEY: data.MINIO_ACCESS_KEY,
		MINIO_SECRET_KEY: data.MINIO_SECRET_KEY,
		MINIO_USE_SSL: String(data.MINIO_USE_SSL),
		MINIO_BUCKET: data.MINIO_BUCKET,
		RUNPOD_INIT_TIMEOUT: String(data.RUNPOD_INIT_TIMEOUT),
		// RunPod puts the value in when it starts a worker.
		...(secret === undefined ? {} : { HF_TOKEN: `{{ RUNPOD_SECRET_${secret} }}` }),
	};
}
