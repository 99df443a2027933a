import * as z from 'zod/v4';
import { InvalidInput, type InputFault } from '../../base/errors/invalidInput';
import type { Secret } from '../../base/data/secret';
import { secretFields } from '../../base/data/secretFields';
import { RUNPOD_ID } from '../../contract/runPodId';
import type { RunPodSettings } from '../../runpod/http/runPodCredential';
import type { WorkerVariables } from '../../runpod/management/workerVariables';
import { connection, toConnection } from './connection';
import { givenFields, isGiven, type GivenFields } from './given';
import { knownIds, toIds, type KnownIds } from './knownIds';
import { plainName } from './plainName';
import {
	decimal,
	model,
	optionalText,
	requiredText,
	secretRecord,
	wholeNumber,
	words,
} from './values';
import type { VariableName } from './variables';
import {
	imagePuller,
	ownWorkerVariables,
	tokenSecret,
	workerStorage,
	type WorkerSettings,
} from './workerSettings';

/** What a deployment is to be. Times carry their units; `diskGb` in GB. */
export interface DeploymentSettings {
	name: string;
	image: string;
	/** For a private image. */
	dockerHub?: { username: string; password: Secret };
	/** What the worker finds in its environment, further variables included. */
	env: WorkerVariables;
	diskGb: number;
	gpu: { pools: string[]; count: number; minCudaVersion?: string; allowedCudaVersions: string[] };
	workers: { min: number; max: number; idleTimeoutSeconds: number };
	queueDelaySeconds: number;
	executionTimeoutMs: number;
	flashboot: 'OFF' | 'FLASHBOOT' | 'PRIORITY_FLASHBOOT';
	dataCenterIds: string[];
	networkVolumeIds: string[];
	/** That RunPod keeps on the hosts of the workers; null where there is to be none, or none is given. */
	model: string | null;
	/** Of what exists under other names. */
	ids: KnownIds;
	given: GivenFields;
}

export type RawSettings = Readonly<Record<string, unknown>>;

const ONE_HOUR_SECONDS = 3600;
const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;
const CUDA_VERSION = /^\d+\.\d+$/;

/** The image of the worker, as Docker names it. */
export const imageName = requiredText(
	'RUNPOD_IMAGE_NAME',
	'give an image such as dexsynccom/twin-avatar:wan-worker-20260214-2d62a28',
	/^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/i,
);

const deploymentName = requiredText(
	'WAN_AVATAR_NAME',
	'give up to 170 letters, digits, hyphens, dots, spaces or underscores',
	/^[A-Za-z0-9][\w .-]{0,169}$/,
).transform((name) => plainName({ name }));

const flashboot = optionalText(
	'RUNPOD_FLASHBOOT',
	'give OFF, FLASHBOOT or PRIORITY_FLASHBOOT',
	/^(OFF|FLASHBOOT|PRIORITY_FLASHBOOT|true|false)$/i,
).transform(toFlashboot);

const deployment = knownIds.extend({
	WAN_AVATAR_NAME: deploymentName,
	RUNPOD_IMAGE_NAME: imageName,
	...imagePuller.shape,
	...workerStorage.shape,
	RUNPOD_INIT_TIMEOUT: wholeNumber('RUNPOD_INIT_TIMEOUT', 1, 24 * ONE_HOUR_SECONDS),
	RUNPOD_CONTAINER_DISK_GB: wholeNumber('RUNPOD_CONTAINER_DISK_GB', 1, 4000),
	RUNPOD_GPU_POOLS: words(
		'RUNPOD_GPU_POOLS',
		'give IDs such as AMPERE_80,ADA_80_PRO',
		RUNPOD_ID,
	).refine((pools) => pools.length > 0, 'is missing: give at least one GPU pool'),
	RUNPOD_GPU_COUNT: wholeNumber('RUNPOD_GPU_COUNT', 1, 8),
	RUNPOD_WORKERS_MIN: wholeNumber('RUNPOD_WORKERS_MIN', 0, 1000),
	RUNPOD_WORKERS_MAX: wholeNumber('RUNPOD_WORKERS_MAX', 0, 1000),
	RUNPOD_IDLE_TIMEOUT: wholeNumber('RUNPOD_IDLE_TIMEOUT', 1, ONE_HOUR_SECONDS),
	RUNPOD_QUEUE_DELAY: decimal('RUNPOD_QUEUE_DELAY', 0.5, ONE_HOUR_SECONDS),
	RUNPOD_EXECUTION_TIMEOUT_MS: wholeNumber('RUNPOD_EXECUTION_TIMEOUT_MS', 5000, SEVEN_DAYS_MS),
	RUNPOD_FLASHBOOT: flashboot,
	RUNPOD_DATA_CENTER_IDS: words('RUNPOD_DATA_CENTER_IDS', 'give IDs such as EU-RO-1', RUNPOD_ID),
	RUNPOD_NETWORK_VOLUME_IDS: words('RUNPOD_NETWORK_VOLUME_IDS', 'give IDs of volumes', RUNPOD_ID),
	RUNPOD_MIN_CUDA_VERSION: optionalText(
		'RUNPOD_MIN_CUDA_VERSION',
		'give a version such as 12.4',
		CUDA_VERSION,
	),
	RUNPOD_ALLOWED_CUDA_VERSIONS: words(
		'RUNPOD_ALLOWED_CUDA_VERSIONS',
		'give versions such as 12.4,12.8',
		CUDA_VERSION,
	),
	RUNPOD_WORKER_ENV: secretRecord('RUNPOD_WORKER_ENV'),
	RUNPOD_MODEL: model('RUNPOD_MODEL'),
	RUNPOD_HF_TOKEN_SECRET_NAME: tokenSecret,
});

/** Those of a form, where the rest comes from credentials. */
const form = deployment.omit({
	DOCKERHUB_USERNAME: true,
	DOCKERHUB_PASSWORD: true,
	MINIO_ENDPOINT: true,
	MINIO_ACCESS_KEY: true,
	MINIO_SECRET_KEY: true,
	MINIO_USE_SSL: true,
	MINIO_BUCKET: true,
});

type Deployment = z.output<typeof deployment>;

function toFlashboot(mode: string | undefined): DeploymentSettings['flashboot'] {
	const word = mode?.toUpperCase();
	if (word === 'OFF' || word === 'FALSE') return 'OFF';
	return word === 'PRIORITY_FLASHBOOT' ? word : 'FLASHBOOT';
}

/**
 * Reads all settings of a deployment, under the names of their variables.
 * @throws InvalidInput naming every variable that is missing or malformed
 */
export function parseSettings(raw: RawSettings): {
	connection: RunPodSettings;
	settings: DeploymentSettings;
} {
	const checked = { connection: connection.safeParse(raw), deployment: deployment.safeParse(raw) };
	const { connection: reach, deployment: wanted } = checked;
	const faults = [
		...faultsIn(reach.error),
		...faultsIn(wanted.error),
		...(wanted.success ? crossFaults(wanted.data, raw) : []),
	];
	if (faults.length > 0 || !reach.success || !wanted.success) throw new InvalidInput(faults);
	return { connection: toConnection(reach.data), settings: toSettings(wanted.data, raw) };
}

/**
 * Reads what a deployment is to be, where the connection comes from elsewhere.
 * @param fromCredentials what was parsed as a credential, and is used as it is
 * @param emptied variables that were given as none
 * @throws InvalidInput naming every variable that is missing or malformed
 */
export function parseDeployment(
	raw: RawSettings,
	fromCredentials: WorkerSettings,
	emptied: readonly VariableName[] = [],
): DeploymentSettings {
	const { success, data, error } = form.safeParse(raw);
	if (!success) throw new InvalidInput(faultsIn(error));
	const wanted = { ...data, ...fromCredentials };
	const faults = crossFaults(wanted, raw);
	if (faults.length > 0) throw new InvalidInput(faults);
	return toSettings(wanted, { ...raw, ...fromCredentials }, emptied);
}

/**
 * Reads the connection and what says which deployment is meant: all that destroy and health need.
 * @throws InvalidInput naming every variable that is missing or malformed
 */
export function parseTarget(raw: RawSettings): Target {
	const { success, data, error } = target.safeParse(raw);
	if (!success) throw new InvalidInput(faultsIn(error));
	return toTarget(data, raw);
}

/**
 * The same together with an image, for what puts that in and changes nothing else.
 * @throws InvalidInput naming every variable that is missing or malformed
 */
export function parseImageTarget(raw: RawSettings): Target & { image: string } {
	const { success, data, error } = target.extend({ RUNPOD_IMAGE_NAME: imageName }).safeParse(raw);
	if (!success) throw new InvalidInput(faultsIn(error));
	return { ...toTarget(data, raw), image: data.RUNPOD_IMAGE_NAME };
}

/** Which deployment is meant, and how to reach it. */
export interface Target {
	connection: RunPodSettings;
	name: string;
	ids: KnownIds;
	/** Of the deployment: none is sent, but RunPod may say them back. */
	secrets: Secret[];
}

export const target = connection.extend({ ...knownIds.shape, WAN_AVATAR_NAME: deploymentName });

function idsIn(
	data: Parameters<typeof toIds>[0] & { WAN_AVATAR_NAME: string },
	raw: RawSettings,
): KnownIds {
	return toIds(data, isGiven(raw, 'WAN_AVATAR_NAME') ? data.WAN_AVATAR_NAME : undefined);
}

export function toTarget(data: z.output<typeof target>, raw: RawSettings): Target {
	return {
		connection: toConnection(data),
		name: data.WAN_AVATAR_NAME,
		ids: idsIn(data, raw),
		secrets: secretsOf(raw),
	};
}

/** All that no message may show, also where other settings are malformed. */
export function secretsOf(raw: RawSettings): Secret[] {
	return secretFields({ ...connection.shape, ...deployment.shape }, raw);
}

function faultsIn(error: z.ZodError | undefined): InputFault[] {
	return error ? [...InvalidInput.from(error).faults] : [];
}

/** Rules that span variables. */
function crossFaults(data: Deployment, raw: RawSettings): InputFault[] {
	const faults: InputFault[] = [];
	if ((data.DOCKERHUB_USERNAME === undefined) !== (data.DOCKERHUB_PASSWORD === undefined)) {
		const isUser = data.DOCKERHUB_USERNAME === undefined;
		faults.push({
			field: isUser ? 'DOCKERHUB_USERNAME' : 'DOCKERHUB_PASSWORD',
			message: 'is missing: give both user name and password, or neither for a public image',
		});
	}
	// Where only one is given, the other is the endpoint's own.
	const areGiven = isGiven(raw, 'RUNPOD_WORKERS_MIN') && isGiven(raw, 'RUNPOD_WORKERS_MAX');
	if (areGiven && data.RUNPOD_WORKERS_MIN > data.RUNPOD_WORKERS_MAX)
		faults.push({
			field: 'RUNPOD_WORKERS_MIN',
			message: `must not be more than RUNPOD_WORKERS_MAX (${String(data.RUNPOD_WORKERS_MAX)})`,
		});
	if (data.RUNPOD_MIN_CUDA_VERSION && data.RUNPOD_ALLOWED_CUDA_VERSIONS.length > 0)
		faults.push({
			field: 'RUNPOD_MIN_CUDA_VERSION',
			message: 'cannot be given together with RUNPOD_ALLOWED_CUDA_VERSIONS: give one of the two',
		});
	if (data.RUNPOD_MODEL !== null && !Number.isInteger(data.RUNPOD_QUEUE_DELAY))
		faults.push({
			field: 'RUNPOD_QUEUE_DELAY',
			message:
				'must be a whole number where RUNPOD_MODEL is given: the API that sets models knows no other',
		});
	const own = ownWorkerVariables(data);
	for (const key of Object.keys(data.RUNPOD_WORKER_ENV).filter((one) => Object.hasOwn(own, one)))
		faults.push({
			field: 'RUNPOD_WORKER_ENV',
			message: `must not have the key "${key}", which has a setting of its own`,
		});
	return faults;
}

function toSettings(
	data: Deployment,
	raw: RawSettings,
	emptied: readonly VariableName[] = [],
): DeploymentSettings {
	const { DOCKERHUB_USERNAME: username, DOCKERHUB_PASSWORD: password } = data;
	const minCudaVersion = data.RUNPOD_MIN_CUDA_VERSION;
	return {
		name: data.WAN_AVATAR_NAME,
		image: data.RUNPOD_IMAGE_NAME,
		...(username && password ? { dockerHub: { username, password } } : {}),
		env: { ...data.RUNPOD_WORKER_ENV, ...ownWorkerVariables(data) },
		diskGb: data.RUNPOD_CONTAINER_DISK_GB,
		gpu: {
			pools: data.RUNPOD_GPU_POOLS,
			count: data.RUNPOD_GPU_COUNT,
			...(minCudaVersion ? { minCudaVersion } : {}),
			allowedCudaVersions: data.RUNPOD_ALLOWED_CUDA_VERSIONS,
		},
		workers: {
			min: data.RUNPOD_WORKERS_MIN,
			max: data.RUNPOD_WORKERS_MAX,
			idleTimeoutSeconds: data.RUNPOD_IDLE_TIMEOUT,
		},
		queueDelaySeconds: data.RUNPOD_QUEUE_DELAY,
		executionTimeoutMs: data.RUNPOD_EXECUTION_TIMEOUT_MS,
		flashboot: data.RUNPOD_FLASHBOOT,
		dataCenterIds: data.RUNPOD_DATA_CENTER_IDS,
		networkVolumeIds: data.RUNPOD_NETWORK_VOLUME_IDS,
		model: data.RUNPOD_MODEL,
		ids: idsIn(data, raw),
		given: givenFields(raw, Object.keys(data.RUNPOD_WORKER_ENV), emptied),
	};
}
