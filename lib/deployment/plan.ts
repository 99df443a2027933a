import { WanAvatarError } from '../contract/errors';
import { MASK } from '../contract/secret';
import type { Endpoint, EndpointBody, TemplateBody } from '../runpod/managementRecords';
import { containerBody, endpointBody, namesOf, registryAuthBody, templateBody } from './desired';
import {
	endpointDifference,
	hasVolume,
	shownValue,
	templateDifference,
	type Change,
} from './differences';
import type { Existing } from './existing';
import type { DeploymentSettings } from './settings';
import { warmPlanNote } from './warmNote';

export type Resource = 'registry auth' | 'template' | 'endpoint';
export type Action = 'create' | 'update' | 'replace' | 'keep' | 'delete';

/** What is to be done with one thing, and why. */
export interface PlanStep {
	resource: Resource;
	action: Action;
	name: string;
	/** Nothing when it does not exist yet. */
	id: string | null;
	changes: Change[];
	reason?: string;
}

/** A setting of what exists that was not given and is not its default: deploying leaves it as it is. */
export interface Kept {
	resource: Resource;
	/** As in `Change`. */
	field: string;
	/** As it is now. */
	value: string;
	/** What a new one would get. */
	default: string;
}

export interface Plan {
	name: string;
	steps: PlanStep[];
	kept: Kept[];
	/** What is not wrong, but good to know. */
	notes: string[];
}

export interface PlanOptions {
	/** Replaces the registry auth, whose password cannot be compared. */
	rotateRegistryAuth?: boolean;
}

/** Stands for the ID of what is yet to be made. */
const NEW_ID = '(new)';

/** Whether applying the plan would send any writing request. */
export function changesSomething({ steps }: Plan): boolean {
	return steps.some(({ action }) => action !== 'keep');
}

/**
 * Compares what is wanted with what there is.
 * @throws WanAvatarError NAME_TAKEN when an endpoint of the name can never become the wanted one
 */
export function planDeployment(
	settings: DeploymentSettings,
	existing: Existing,
	options: PlanOptions = {},
): Plan {
	const auth = planRegistryAuth(settings, existing, options);
	const registryId = auth && auth.action !== 'keep' ? NEW_ID : (auth?.id ?? null);
	return {
		name: settings.name,
		steps: [
			...(auth ? [auth] : []),
			planTemplate(settings, existing, registryId),
			planEndpoint(settings, existing, registryId),
		],
		kept: [],
		notes: notesOn(settings, existing, options),
	};
}

/** Its secrets are write-only, so one that exists is kept until it is rotated on purpose. */
function planRegistryAuth(
	settings: DeploymentSettings,
	{ registryAuth }: Existing,
	{ rotateRegistryAuth }: PlanOptions,
): PlanStep | undefined {
	const wanted = registryAuthBody(settings);
	const step = {
		resource: 'registry auth',
		name: namesOf(settings.name).registryAuth,
		id: registryAuth?.id ?? null,
	} as const;
	if (!registryAuth) {
		if (!wanted) return undefined;
		const changes = [
			{ field: 'username', from: 'nothing', to: wanted.username },
			{ field: 'password', from: 'nothing', to: String(wanted.password) },
		];
		return { ...step, action: 'create', changes };
	}
	if (!rotateRegistryAuth) return { ...step, action: 'keep', changes: [] };
	if (!wanted) throw withoutPassword();
	const changes = [{ field: 'password', from: MASK, to: MASK }];
	return { ...step, action: 'replace', changes, reason: 'to rotate its password' };
}

function withoutPassword(): WanAvatarError {
	return new WanAvatarError(
		'INVALID_INPUT',
		'The registry auth cannot be rotated without a password',
		{
			remedy: 'Give the Docker Hub user name and the new password. Nothing was changed.',
		},
	);
}

function planTemplate(
	settings: DeploymentSettings,
	{ template }: Existing,
	registryId: string | null,
): PlanStep {
	const wanted = templateBody(settings, registryId);
	const step = { resource: 'template', name: wanted.name, id: template?.id ?? null } as const;
	if (!template) return { ...step, action: 'create', changes: createdTemplate(wanted) };
	if (hasVolume(template)) {
		const reason = 'serverless workers take no volume, and a template cannot lose its volume';
		return { ...step, action: 'replace', changes: createdTemplate(wanted), reason };
	}
	const { changes } = templateDifference(template, wanted);
	return { ...step, action: changes.length === 0 ? 'keep' : 'update', changes };
}

function planEndpoint(
	settings: DeploymentSettings,
	{ endpoint, template }: Existing,
	registryId: string | null,
): PlanStep {
	const wanted = endpointBody(settings, template?.id ?? NEW_ID);
	const step = { resource: 'endpoint', name: wanted.name, id: endpoint?.id ?? null } as const;
	if (!endpoint) return { ...step, action: 'create', changes: createdEndpoint(wanted) };
	refuseOtherKind(endpoint);
	const container = containerBody(settings, registryId);
	const { changes } = endpointDifference(endpoint, wanted, container);
	return { ...step, action: changes.length === 0 ? 'keep' : 'update', changes };
}

function refuseOtherKind({ id, name, type, cpu }: Endpoint): void {
	const isQueue = type === undefined || type === null || type === 'QUEUE';
	if (isQueue && !cpu) return;
	const kind = isQueue ? 'a CPU endpoint' : 'no queue endpoint';
	throw new WanAvatarError(
		'NAME_TAKEN',
		`The endpoint ${name} (${id}) is ${kind} and cannot become one that fits`,
		{
			remedy:
				'Nothing was changed. Choose another name, or delete that endpoint in the RunPod console.',
			details: { endpoint_id: id },
		},
	);
}

function createdTemplate({ name, env, ...fields }: TemplateBody): Change[] {
	const { image, disk, registry, ...flags } = fields;
	return [
		...fromNothing({ image, disk, registry, ...flags }),
		...Object.entries(env).map(([variable, value]) => ({
			field: `env.${variable}`,
			from: 'nothing',
			to: String(value),
		})),
	];
}

function createdEndpoint(body: EndpointBody): Change[] {
	const { gpu, workers, scaling, timeout, flashboot, dataCenterIds, networkVolumes } = body;
	return fromNothing({
		type: body.type,
		'gpu.pools': gpu.pools,
		'gpu.count': gpu.count,
		'gpu.minCudaVersion': gpu.minCudaVersion,
		'gpu.allowedCudaVersions': gpu.allowedCudaVersions,
		'workers.min': workers.min,
		'workers.max': workers.max,
		'workers.idleTimeout': workers.idleTimeout,
		'scaling.queueDelay': scaling.queueDelay,
		timeout,
		flashboot,
		dataCenterIds,
		networkVolumes,
	});
}

function fromNothing(fields: Readonly<Record<string, Parameters<typeof shownValue>[0]>>): Change[] {
	return Object.entries(fields)
		.map(([field, value]) => ({ field, from: 'nothing', to: shownValue(value) }))
		.filter(({ to }) => to !== 'nothing');
}

function notesOn(
	{ image, workers }: DeploymentSettings,
	{ endpoint }: Existing,
	options: PlanOptions,
): string[] {
	const notes: string[] = [];
	if (!/[:@][^/]*$/.test(image) || image.endsWith(':latest'))
		notes.push(
			`${image} has no version tag: RunPod keeps images on its hosts, so a new push may not be seen. Use a version tag or a digest.`,
		);
	const warm = warmPlanNote(endpoint, workers.min);
	if (warm !== undefined) notes.push(warm);
	if (workers.max === 0) notes.push('With 0 workers at most, no job will run.');
	if (options.rotateRegistryAuth)
		notes.push(
			'While the registry auth is replaced, new workers cannot pull the image for a moment.',
		);
	return notes;
}
