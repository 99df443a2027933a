import { WanAvatarError } from '../../base/errors/errors';
import { MASK } from '../../base/data/secret';
import type { Endpoint, RegistryAuth, Template } from '../../runpod/management/managementRecords';
import { createdEndpoint, createdTemplate } from './created';
import { containerBody, endpointBody, namesOf, registryAuthBody, templateBody } from './desired';
import {
	endpointDifference,
	hasVolume,
	templateDifference,
	type Change,
	type Difference,
	type KeptField,
} from './differences';
import type { Existing } from './existing';
import type { GivenFields } from '../settings/given';
import type { DeploymentSettings } from '../settings/deploymentSettings';
import { modelChanges, refuseFraction } from './models';
import { otherKind } from './otherKind';
import { planNotes } from './planNotes';
import type { PlanOptions } from './planOptions';
import { registryUsers } from './registryUsers';
import { workersAfter } from './workersAfter';

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
export interface Kept extends KeptField {
	resource: Resource;
}

export interface Plan {
	name: string;
	steps: PlanStep[];
	kept: Kept[];
	/** What is not wrong, but good to know. */
	notes: string[];
}

/** Stands for the ID of what is yet to be made. */
const NEW_ID = '(new)';

/** Whether applying the plan would send any writing request. */
export function changesSomething({ steps }: Plan): boolean {
	return steps.some(({ action }) => action !== 'keep');
}

/**
 * Compares what is wanted with what there is. What was not given is made with its default, and kept where it exists.
 * @throws WanAvatarError NAME_TAKEN when an endpoint can never become the wanted one, INVALID_INPUT when what was given
 * does not fit what there is
 */
export function planDeployment(
	settings: DeploymentSettings,
	existing: Existing,
	options: PlanOptions = {},
): Plan {
	const auth = planRegistryAuth(settings, existing, options);
	const registryId = auth && auth.action !== 'keep' ? NEW_ID : (auth?.id ?? null);
	const planned = [
		...(auth ? [{ step: auth, kept: [] }] : []),
		...planTemplate(settings, existing, registryId),
		planEndpoint(settings, existing, registryId),
	];
	return {
		name: existing.names.endpoint,
		steps: planned.map(({ step }) => step),
		kept: planned.flatMap(({ step: { resource }, kept }) =>
			kept.map((field) => ({ resource, ...field })),
		),
		notes: planNotes(settings, existing, options),
	};
}

interface Planned {
	step: PlanStep;
	kept: KeptField[];
}

/** Its secrets are write-only, so one that exists is kept until it is rotated on purpose. */
function planRegistryAuth(
	settings: DeploymentSettings,
	existing: Existing,
	{ rotateRegistryAuth }: PlanOptions,
): PlanStep | undefined {
	const { registryAuth, names } = existing;
	const wanted = registryAuthBody(settings, names);
	const step = {
		resource: 'registry auth',
		name: names.registryAuth,
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
	assertOurs(registryAuth, settings, existing);
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

/** A rotation deletes the old one: whoever still pulls with it could no longer start workers. */
function assertOurs(
	{ id, name }: RegistryAuth,
	{ ids }: DeploymentSettings,
	{ all, endpoint, template, names }: Existing,
): void {
	const users = registryUsers(id, all, [endpoint?.id, template?.id]);
	const isMeant = ids.registryAuth === id || name === namesOf(names.endpoint).registryAuth;
	if (users.length === 0 && isMeant) return;
	const [reason, remedy] =
		users.length > 0
			? [
					`${users.join(', ')} use it too`,
					'Give those another registry auth first, or change the password without a rotation: make a new registry auth and give its ID (RUNPOD_REGISTRY_AUTH_ID).',
				]
			: [
					'it was only found through the endpoint',
					'If it is the one to be replaced, give its ID (RUNPOD_REGISTRY_AUTH_ID).',
				];
	throw new WanAvatarError(
		'INVALID_INPUT',
		`The registry auth ${name} (${id}) is not rotated: ${reason}`,
		{ remedy: `Nothing was changed. ${remedy}`, details: { registry_auth_id: id } },
	);
}

/** None where there is an endpoint and its template is not known: a template only serves to make an endpoint. */
function planTemplate(
	settings: DeploymentSettings,
	existing: Existing,
	registryId: string | null,
): Planned[] {
	const { names, template, endpoint } = existing;
	if (!template && endpoint) return [];
	const wanted = templateBody(settings, names, registryId);
	const step = { resource: 'template', name: wanted.name, id: template?.id ?? null } as const;
	const changes = createdTemplate(wanted);
	if (!template) return [{ step: { ...step, action: 'create', changes }, kept: [] }];
	if (hasVolume(template) && !endpoint) {
		if (settings.ids.template !== undefined) throw withVolume(template);
		const reason = 'serverless workers take no volume, and a template cannot lose its volume';
		return [{ step: { ...step, action: 'replace', changes, reason }, kept: [] }];
	}
	return [updated(step, templateDifference(template, wanted, givenOfTemplate(settings, existing)))];
}

/** An endpoint can be made from a serverless template alone; what one was made from stays as it is. */
export function givenOfTemplate(
	{ given }: DeploymentSettings,
	{ endpoint }: Existing,
): GivenFields {
	return endpoint ? given : new Set([...given, 'serverless']);
}

function withVolume({ id, name }: Template): WanAvatarError {
	return new WanAvatarError(
		'INVALID_INPUT',
		`The template ${name} (${id}) has a volume, and serverless workers take none`,
		{ remedy: 'Nothing was changed. Give the ID of another template, or none.' },
	);
}

function planEndpoint(
	settings: DeploymentSettings,
	{ names, endpoint, template, models }: Existing,
	registryId: string | null,
): Planned {
	const modelled = modelChanges(settings, models);
	const wanted = endpointBody(settings, names, template?.id ?? NEW_ID);
	const step = { resource: 'endpoint', name: wanted.name, id: endpoint?.id ?? null } as const;
	assertWorkersInOrder(workersAfter(settings, endpoint));
	if (!endpoint) {
		const changes = [...createdEndpoint(wanted), ...modelled];
		return { step: { ...step, action: 'create', changes }, kept: [] };
	}
	refuseOtherKind(endpoint);
	refuseIdleTimeout(endpoint, settings);
	refuseFraction(endpoint, settings, modelled);
	const container = containerBody(settings, registryId);
	const { changes, kept } = endpointDifference(endpoint, wanted, container, settings.given);
	return updated(step, { changes: [...changes, ...modelled], kept });
}

function updated(
	step: Omit<PlanStep, 'action' | 'changes'>,
	{ changes, kept }: Pick<Difference<object>, 'changes' | 'kept'>,
): Planned {
	return { step: { ...step, action: changes.length === 0 ? 'keep' : 'update', changes }, kept };
}

function assertWorkersInOrder({ min = 0, max = min }: ReturnType<typeof workersAfter>): void {
	if (min <= max) return;
	throw new WanAvatarError(
		'INVALID_INPUT',
		`More workers would be kept warm (min workers ${String(min)}) than may run (max workers ${String(max)})`,
		{
			remedy:
				'Nothing was changed. Give a lower RUNPOD_WORKERS_MIN or a higher RUNPOD_WORKERS_MAX (in n8n Min Workers and Max Workers).',
		},
	);
}

/** RunPod refuses the two together, whatever the number. */
function refuseIdleTimeout({ id, name, scaling }: Endpoint, { given }: DeploymentSettings): void {
	const isByRequests = scaling?.type === 'REQUEST_COUNT' && !given.has('scaling.type');
	if (!isByRequests || !given.has('workers.idleTimeout')) return;
	throw new WanAvatarError(
		'INVALID_INPUT',
		`The endpoint ${name} (${id}) scales by the number of requests, and takes no idle timeout`,
		{
			remedy:
				'Nothing was changed. Give no RUNPOD_IDLE_TIMEOUT, or a RUNPOD_QUEUE_DELAY, by which it scales then (in n8n Idle Timeout and Queue Delay).',
			details: { endpoint_id: id },
		},
	);
}

function refuseOtherKind(endpoint: Endpoint): void {
	const kind = otherKind(endpoint);
	if (kind === undefined) return;
	const { id, name } = endpoint;
	throw new WanAvatarError(
		'NAME_TAKEN',
		`The endpoint ${name} (${id}) is ${kind} and cannot become one that fits`,
		{
			remedy:
				'Nothing was changed. Choose another name or ID, or delete that endpoint in the RunPod console.',
			details: { endpoint_id: id },
		},
	);
}
