import { join } from 'node:path';
import * as z from 'zod/v4';
import { seedExamples } from '../../standin/seedExamples';
import { startStandIn, type StandInAddress, type StandInOptions } from '../../standin/standin';
import { playFaults } from './playedFaults';
import { publishVideos } from './publicBucket';
import type { NewCredential } from './rest';

/** The RunPod endpoint and the object store that the editor works with. */
export interface Services {
	credentials: NewCredential[];
	/** Where anyone may read the finished videos; undefined where it is not known. */
	publicBaseUrl?: string;
	/** One line about what they are. */
	description: string;
	close: () => Promise<void>;
}

export const RUNPOD_CREDENTIAL = 'RunPod account';
const MINIO_CREDENTIAL = 'MinIO account';

const filled = z.string().trim().min(1);
const optional = z.string().trim().optional();

const runpod = z.object({ RUNPOD_API_KEY: filled, RUNPOD_ENDPOINT_ID: filled });
const minio = z.object({
	MINIO_ENDPOINT: filled,
	MINIO_ACCESS_KEY: filled,
	MINIO_SECRET_KEY: filled,
	MINIO_BUCKET: filled,
	MINIO_USE_SSL: optional.transform((value) => !/^(0|false|no|off)$/i.test(value ?? '')),
});

/** Whether the variables of a real endpoint are set. */
export function hasRealServices(env: NodeJS.ProcessEnv): boolean {
	return names(runpod).some((name) => env[name]);
}

/** @throws Error naming the variables that are missing, where some of a real endpoint are set */
export function assertWhole(env: NodeJS.ProcessEnv): void {
	if (hasRealServices(env)) realServices(env);
}

/** The real services where the variables for them are set, else the stand-in, which keeps its files in `folder`. */
export async function startServices(
	folder: string,
	env: NodeJS.ProcessEnv,
	options: StandInOptions,
): Promise<Services> {
	if (hasRealServices(env)) return realServices(env);
	const standIn = await startStandIn({ ...options, folder: join(folder, 'standin') });
	await seedExamples(standIn);
	playFaults(standIn);
	return {
		credentials: standInCredentials(standIn.address()),
		publicBaseUrl: publishVideos(standIn),
		description:
			'RunPod and MinIO: the stand-in on this machine. Its videos are not made by Wan and cost nothing.',
		close: standIn.close,
	};
}

export function standInCredentials({ runpod, minio }: StandInAddress): NewCredential[] {
	const { baseUrl, ...account } = runpod;
	const { endPoint, port, ...keys } = minio;
	return [
		{ name: RUNPOD_CREDENTIAL, type: 'runPodApi', data: { ...account, queueBaseUrl: baseUrl } },
		{
			name: MINIO_CREDENTIAL,
			type: 'minioApi',
			data: { ...keys, endpoint: `${endPoint}:${String(port)}` },
		},
	];
}

function realServices(env: NodeJS.ProcessEnv): Services {
	const account = read(runpod, env);
	const store = names(minio).some((name) => env[name]) ? read(minio, env) : undefined;
	return {
		credentials: [
			{
				name: RUNPOD_CREDENTIAL,
				type: 'runPodApi',
				data: { apiKey: account.RUNPOD_API_KEY, endpointId: account.RUNPOD_ENDPOINT_ID },
			},
			...(store ? [minioCredential(store)] : []),
		],
		description: `RunPod: your endpoint ${account.RUNPOD_ENDPOINT_ID}. Each job costs GPU time.`,
		close: async () => Promise.resolve(),
	};
}

function minioCredential(store: z.infer<typeof minio>): NewCredential {
	return {
		name: MINIO_CREDENTIAL,
		type: 'minioApi',
		data: {
			endpoint: store.MINIO_ENDPOINT,
			useSSL: store.MINIO_USE_SSL,
			accessKey: store.MINIO_ACCESS_KEY,
			secretKey: store.MINIO_SECRET_KEY,
			bucket: store.MINIO_BUCKET,
		},
	};
}

function names(schema: z.ZodObject): string[] {
	return Object.keys(schema.shape);
}

/** @throws Error naming the variables that are missing */
function read<T>(schema: z.ZodType<T> & z.ZodObject, env: NodeJS.ProcessEnv): T {
	const parsed = schema.safeParse(env);
	if (parsed.success) return parsed.data;
	const missing = parsed.error.issues.map(({ path }) => path.join('.'));
	const set = names(schema).filter((name) => env[name] && !missing.includes(name));
	throw new Error(
		`${are(set)} set, and ${are(missing)} missing. Set what is missing to use these services, or unset the rest to use the stand-in.`,
	);
}

function are(variables: readonly string[]): string {
	return `${variables.join(', ')} ${variables.length === 1 ? 'is' : 'are'}`;
}
