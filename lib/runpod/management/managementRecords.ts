import * as z from 'zod/v4';
import { isJsonObject } from '../../base/data/json';
import type { Secret } from '../../base/data/secret';
import { workerVariables, type WorkerVariables } from './workerVariables';

const text = z.string().nullish().catch(undefined);
const number = z.number().nullish().catch(undefined);
const texts = z.array(z.string()).nullish().catch(undefined);
// Not z.record, which takes no object with a field named `constructor`. What is not all texts counts as not told: a
// change replaces all variables, and would lose the one that cannot be said back.
const env = z.unknown().transform((value) => (isTexts(value) ? workerVariables(value) : undefined));

function isTexts(value: unknown): value is Record<string, string> {
	return isJsonObject(value) && Object.values(value).every((one) => typeof one === 'string');
}

/** A registry auth as RunPod shows it: its user name and password are write-only. */
export const registryAuth = z.object({ id: z.string().min(1), name: z.string() });

/** A template, read loosely: what an old or foreign one lacks is null or undefined; `env` is so when it was not told. */
export const template = z.object({
	id: z.string().min(1),
	name: z.string(),
	image: text,
	disk: number,
	env,
	registry: text,
	serverless: z.boolean().nullish().catch(undefined),
	startSsh: z.boolean().nullish().catch(undefined),
	startJupyter: z.boolean().nullish().catch(undefined),
	mounts: z.object({ persistent: z.unknown().optional() }).nullish().catch(undefined),
});

/** An endpoint, read loosely; `timeout` in milliseconds, `workers.idleTimeout` in seconds. */
export const endpoint = z.object({
	id: z.string().min(1),
	name: z.string(),
	type: text,
	/** Of the template it was made from, where RunPod still knows it. */
	templateId: text,
	image: text,
	disk: number,
	env,
	registry: text,
	gpu: z
		.object({
			pools: texts,
			excludedTypes: texts,
			count: number,
			allowedCudaVersions: texts,
			minCudaVersion: text,
		})
		.nullish()
		.catch(undefined),
	cpu: z.array(z.unknown()).nullish().catch(undefined),
	workers: z.object({ min: number, max: number, idleTimeout: number }).nullish().catch(undefined),
	scaling: z
		.object({ type: text, queueDelay: number, requestCount: number })
		.nullish()
		.catch(undefined),
	dataCenterIds: texts,
	networkVolumes: texts,
	timeout: number,
	flashboot: text,
	createdAt: text,
});

export type RegistryAuth = z.output<typeof registryAuth>;
export type Template = z.output<typeof template>;
export type Endpoint = z.output<typeof endpoint>;

/** What creates a registry auth. */
export interface RegistryAuthBody {
	name: string;
	username: string;
	password: Secret;
}

/** Container settings, the same for templates and endpoints; `disk` in GB. */
export interface ContainerBody {
	image: string;
	disk: number;
	env: WorkerVariables;
	registry?: string | null;
}

export interface TemplateBody extends ContainerBody {
	name: string;
	serverless: boolean;
	startSsh: boolean;
	startJupyter: boolean;
}

export interface GpuBody {
	pools: readonly string[];
	count: number;
	excludedTypes?: readonly string[];
	allowedCudaVersions?: readonly string[];
	minCudaVersion?: string;
}

export interface WorkersBody {
	min: number;
	max: number;
	/** Seconds. */
	idleTimeout: number;
}

export interface EndpointBody {
	name: string;
	type: 'QUEUE';
	/** Applied once, when the endpoint is made; no link is kept. */
	templateId: string;
	gpu: GpuBody;
	workers: WorkersBody;
	/** Seconds. */
	scaling: { type: 'QUEUE_DELAY'; queueDelay: number };
	/** Milliseconds a job may run. */
	timeout: number;
	flashboot: 'OFF' | 'FLASHBOOT' | 'PRIORITY_FLASHBOOT';
	dataCenterIds: readonly string[];
	networkVolumes: readonly string[];
}

/** What a PATCH of an endpoint may change. */
export type EndpointChange = Partial<
	Omit<EndpointBody, 'name' | 'type' | 'templateId' | 'workers' | 'gpu'> &
		ContainerBody & { workers: Partial<WorkersBody>; gpu: Partial<GpuBody> }
>;
