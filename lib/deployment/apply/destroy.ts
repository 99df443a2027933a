import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import type { Deletion, ManagementClient } from '../../runpod/management/management';
import type { Endpoint, Template } from '../../runpod/management/managementRecords';
import { whatExists, type ApplyPorts, type DeployedIds } from './apply';
import { namesOf, type Names } from '../plan/desired';
import { readExisting, type Existing } from '../plan/existing';
import { plainName } from '../settings/plainName';
import { accountNotes } from '../plan/planNotes';
import type { Plan, PlanStep, Resource } from '../plan/plan';
import { registryUsers } from '../plan/registryUsers';

/** What is taken down, in reverse order of making; what others use stays. */
export function planDestroy(existing: Existing): Plan {
	const { names, endpoint, template, registryAuth } = existing;
	const steps: PlanStep[] = [];
	if (endpoint) steps.push(deletion('endpoint', names.endpoint, endpoint.id));
	const owners = template ? ownersOf(template, existing) : [];
	if (template) {
		const step = deletion('template', names.template, template.id);
		steps.push(
			owners.length === 0 ? step : kept(step, `the endpoint ${owners.join(', ')} is of it`),
		);
	}
	if (registryAuth) {
		const step = deletion('registry auth', names.registryAuth, registryAuth.id);
		const going = [endpoint?.id, ...(owners.length === 0 ? [template?.id] : [])];
		const users = registryUsers(registryAuth.id, existing.all, going);
		steps.push(users.length === 0 ? step : kept(step, `${users.join(', ')} still use it`));
	}
	return {
		name: names.endpoint,
		steps,
		kept: [],
		notes: [...accountNotes(existing), ...boundTemplateNote(existing, steps)],
	};
}

/** Which templates RunPod binds to an endpoint it does not always tell. */
function boundTemplateNote({ endpoint }: Existing, steps: readonly PlanStep[]): string[] {
	const goes = steps.some(({ resource, action }) => resource === 'template' && action === 'delete');
	return endpoint && !goes ? [BOUND_TEMPLATE] : [];
}

const BOUND_TEMPLATE =
	'No template is deleted, but RunPod itself deletes one that is bound to the endpoint together with it.';

function deletion(resource: Resource, name: string, id: string): PlanStep {
	return { resource, action: 'delete', name, id, changes: [] };
}

function kept(step: PlanStep, reason: string): PlanStep {
	return { ...step, action: 'keep', reason };
}

/** Names of other endpoints that were made from this template, as far as RunPod or their names tell. */
function ownersOf(template: Template, { all, endpoint }: Existing): string[] {
	return all.endpoints
		.filter((other) => other.id !== endpoint?.id && isOf(other, template))
		.map(({ name }) => name);
}

function isOf(endpoint: Endpoint, { id, name }: Template): boolean {
	if (endpoint.templateId) return endpoint.templateId === id;
	return namesOf(plainName(endpoint)).template === name;
}

/** What became of each step. */
export interface DestroyedStep extends PlanStep {
	action: 'delete' | 'keep';
}

/**
 * Takes down what the plan names. What is gone already counts as deleted, what RunPod says is in use is kept.
 * @throws WanAvatarError that says, beside what went wrong, what still exists
 */
export async function applyDestroy(
	plan: Plan,
	existing: Existing,
	{ management, onStep }: ApplyPorts,
): Promise<DestroyedStep[]> {
	const left: DeployedIds = {
		endpoint_id: existing.endpoint?.id ?? null,
		template_id: existing.template?.id ?? null,
		registry_auth_id: existing.registryAuth?.id ?? null,
	};
	const done: DestroyedStep[] = [];
	for (const step of plan.steps) {
		if (step.action !== 'delete' || step.id === null) {
			done.push({ ...step, action: 'keep' });
			continue;
		}
		onStep?.(step);
		done.push(await deleteStep(step, step.id, left, management, existing.names));
	}
	return done;
}

async function deleteStep(
	step: PlanStep,
	id: string,
	left: DeployedIds,
	management: ManagementClient,
	names: Names,
): Promise<DestroyedStep> {
	try {
		const end = await DELETIONS[step.resource](management, { id, name: step.name });
		if (end.tag === 'inUse')
			return { ...step, action: 'keep', reason: `RunPod keeps it: ${end.reason}` };
		left[ID_FIELDS[step.resource]] = null;
		return { ...step, action: 'delete' };
	} catch (error) {
		throw withWhatIsLeft(error, left, names);
	}
}

export interface DestroyChoice {
	/** What somebody typed as the endpoint's name. */
	confirmedName: unknown;
	/** Leaves template and registry auth. */
	endpointOnly: boolean;
}

/** @throws InvalidInput when nothing is typed */
export function parseTypedName(typed: unknown): string {
	const name = typeof typed === 'string' || typeof typed === 'number' ? String(typed).trim() : '';
	if (name !== '') return name;
	const message = 'is empty: type the name of the endpoint, to confirm that it is the right one';
	throw new InvalidInput([{ field: 'Name of the Endpoint', message }]);
}

/**
 * Deletes one endpoint, by its ID, and what was made for it under its name.
 * @throws WanAvatarError NOT_CONFIRMED when the typed name is not the endpoint's
 */
export async function destroyEndpoint(
	management: ManagementClient,
	endpointId: string,
	{ confirmedName, endpointOnly }: DestroyChoice,
): Promise<DestroyedStep[]> {
	const endpoint = await management.getEndpoint(endpointId);
	const name = plainName(endpoint);
	const typed = typeof confirmedName === 'string' ? confirmedName.trim() : '';
	if (plainName({ name: typed }) !== name) throw notConfirmed(endpointId, name, typed);
	const existing = endpointOnly
		? alone(endpoint)
		: await readExisting(management, name, { endpoint: endpointId });
	return await applyDestroy(planDestroy(existing), existing, { management });
}

/** An account as if it had this endpoint and nothing else: what is not to be touched is not read. */
function alone(endpoint: Endpoint): Existing {
	return {
		names: namesOf(plainName(endpoint)),
		registryAuth: undefined,
		template: undefined,
		endpoint,
		isTakenOver: true,
		areRegistryAuthsHidden: false,
		all: { templates: [], endpoints: [endpoint] },
	};
}

function notConfirmed(endpointId: string, name: string, typed: string): WanAvatarError {
	return new WanAvatarError(
		'NOT_CONFIRMED',
		`The endpoint ${endpointId} is named "${name}", not "${typed}"`,
		{ remedy: 'Nothing was deleted. Choose the right endpoint, or type its name.' },
	);
}

type Delete = (client: ManagementClient, target: { id: string; name: string }) => Promise<Deletion>;

const DELETIONS: Readonly<Record<Resource, Delete>> = {
	endpoint: async (client, target) => await client.deleteEndpoint(target),
	template: async (client, target) => await client.deleteTemplate(target),
	'registry auth': async (client, target) => await client.deleteRegistryAuth(target),
};

const ID_FIELDS = {
	endpoint: 'endpoint_id',
	template: 'template_id',
	'registry auth': 'registry_auth_id',
} as const;

function withWhatIsLeft(error: unknown, left: DeployedIds, names: Names): unknown {
	if (!(error instanceof WanAvatarError)) return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, message, {
		remedy: `${remedy} ${whatExists(left, names)} Destroying again takes down the rest.`,
		details: { ...details, ...left },
	});
}
