import { WanAvatarError } from '../../base/errors/errors';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint, RegistryAuth, Template } from '../../runpod/management/managementRecords';
import { applyModel } from './applyModel';
import {
	containerBody,
	endpointBody,
	registryAuthBody,
	templateBody,
	type Names,
} from '../plan/desired';
import { endpointDifference, templateDifference } from '../plan/differences';
import { onlyOne, type Existing } from '../plan/existing';
import { givenOfTemplate, type Plan, type PlanStep, type Resource } from '../plan/plan';
import type { DeploymentSettings } from '../settings/deploymentSettings';

/** What a deployment consists of; an ID is null where the thing does not exist. */
export interface DeployedIds {
	endpoint_id: string | null;
	template_id: string | null;
	registry_auth_id: string | null;
}

export interface ApplyPorts {
	management: ManagementClient;
	/** Told before each step that the plan has, also where it turns out to be done already. */
	onStep?: (step: PlanStep) => void;
}

/** What an apply has come to. */
interface Applied {
	ids: DeployedIds;
	/** Whether anything was created, updated or replaced. */
	changed: boolean;
}

/** Where an apply stands. */
interface Progress {
	ids: DeployedIds;
	settings: DeploymentSettings;
	existing: Existing;
	ports: ApplyPorts;
}

/**
 * Carries a plan out in order: creates and replaces what it says, and brings what it updates to what was given. An update
 * is compared with what is there at its turn, since it carries whole blocks: what somebody has set since the plan was made
 * stays, and what is as it was given by then needs nothing. Each step is safe to repeat, so an apply that failed is
 * finished by the next one.
 * @throws WanAvatarError that says, beside what went wrong, what exists now
 */
export async function applyPlan(
	plan: Plan,
	settings: DeploymentSettings,
	existing: Existing,
	ports: ApplyPorts,
): Promise<Applied> {
	const ids: DeployedIds = {
		endpoint_id: existing.endpoint?.id ?? null,
		template_id: existing.template?.id ?? null,
		registry_auth_id: existing.registryAuth?.id ?? null,
	};
	const progress: Progress = { ids, settings, existing, ports };
	let changed = await setModelFirst(plan, progress);
	for (const step of plan.steps) {
		if (step.action === 'keep') continue;
		ports.onStep?.(step);
		try {
			const isSent = await STEPS[step.resource](step, progress);
			changed ||= isSent;
		} catch (error) {
			throw withWhatExists(error, ids, existing.names);
		}
	}
	return { ids, changed };
}

/**
 * An image must not meet hosts without its model: what is set comes before all else, which then finds out too whether the
 * key may set it; what is taken away comes last.
 */
async function setModelFirst(
	{ steps }: Plan,
	{ ids, settings, existing, ports }: Progress,
): Promise<boolean> {
	const { endpoint, names } = existing;
	const isChanged = steps.some(
		({ resource, action }) => resource === 'endpoint' && action !== 'keep',
	);
	if (!endpoint || !isChanged || !settings.given.has('model') || settings.model === null)
		return false;
	try {
		return await noticingDeletion(
			'endpoint_id',
			ids,
			async () => await applyModel(settings, endpoint, ports.management),
		);
	} catch (error) {
		throw withWhatExists(error, ids, names);
	}
}

/** Each tells whether it has changed anything. */
const STEPS: Readonly<Record<Resource, (step: PlanStep, progress: Progress) => Promise<boolean>>> =
	{
		'registry auth': applyRegistryAuth,
		template: applyTemplate,
		endpoint: applyEndpoint,
	};

async function applyRegistryAuth(
	{ action, name }: PlanStep,
	{ ids, settings, existing, ports }: Progress,
): Promise<boolean> {
	const { management } = ports;
	const body = registryAuthBody(settings, existing.names);
	if (!body) return false;
	if (action === 'replace' && existing.registryAuth) {
		const deletion = await management.deleteRegistryAuth(existing.registryAuth);
		if (deletion.tag === 'inUse') throw stillUsed('registry auth', name, deletion.reason);
		ids.registry_auth_id = null;
	}
	const auth = await createOrFind<RegistryAuth>(
		async () => await management.createRegistryAuth(body),
		async () => onlyOne('registry auth', name, await management.listRegistryAuths()),
	);
	ids.registry_auth_id = auth.id;
	return true;
}

async function applyTemplate(
	{ action, name }: PlanStep,
	{ ids, settings, existing, ports }: Progress,
): Promise<boolean> {
	const { management } = ports;
	const body = templateBody(settings, existing.names, ids.registry_auth_id);
	if (action === 'update' && existing.template) {
		const { id } = existing.template;
		const given = givenOfTemplate(settings, existing);
		return await noticingDeletion('template_id', ids, async () => {
			const now = await management.getTemplate(id);
			const { body: change, changes } = templateDifference(now, body, given);
			if (changes.length === 0) return false;
			await management.updateTemplate(now, change);
			return true;
		});
	}
	if (action === 'replace' && existing.template) {
		const deletion = await management.deleteTemplate(existing.template);
		if (deletion.tag === 'inUse') throw stillUsed('template', name, deletion.reason);
		ids.template_id = null;
	}
	const template = await createOrFind<Template>(
		async () => await management.createTemplate(body),
		async () => onlyOne('template', name, await management.listTemplates()),
	);
	ids.template_id = template.id;
	return true;
}

/** The template is applied once, when the endpoint is made: later changes go to the endpoint itself. */
async function applyEndpoint(
	{ name }: PlanStep,
	{ ids, settings, existing, ports }: Progress,
): Promise<boolean> {
	const { management } = ports;
	const setsModel = settings.given.has('model');
	const body = endpointBody(settings, existing.names, ids.template_id ?? '');
	if (existing.endpoint) {
		const { endpoint } = existing;
		const container = containerBody(settings, ids.registry_auth_id);
		return await noticingDeletion('endpoint_id', ids, async () => {
			const now = await management.getEndpoint(endpoint.id);
			const { body: change, changes } = endpointDifference(now, body, container, settings.given);
			if (changes.length > 0) await management.updateEndpoint(now, change);
			const isFreed = setsModel && settings.model === null;
			const freed = isFreed && (await applyModel(settings, endpoint, management));
			return changes.length > 0 || freed;
		});
	}
	const endpoint = await createOrFind<Endpoint>(
		async () => await management.createEndpoint(body),
		async () => onlyOne('endpoint', name, await management.listEndpoints()),
	);
	ids.endpoint_id = endpoint.id;
	if (setsModel && settings.model !== null) await applyModel(settings, endpoint, management);
	return true;
}

/** For an update, which reads anew first: what is gone by then does not count as existing. */
async function noticingDeletion<T>(
	field: 'template_id' | 'endpoint_id',
	ids: DeployedIds,
	change: () => Promise<T>,
): Promise<T> {
	try {
		return await change();
	} catch (error) {
		if (error instanceof WanAvatarError && error.code === 'NOT_FOUND') ids[field] = null;
		throw error;
	}
}

/** A creation whose answer was lost is looked for before it counts as failed: a second one would be a double. */
async function createOrFind<T>(
	create: () => Promise<T>,
	find: () => Promise<T | undefined>,
): Promise<T> {
	try {
		return await create();
	} catch (error) {
		if (!(error instanceof WanAvatarError) || error.code !== 'CHANGE_UNKNOWN') throw error;
		const found = await find().catch(() => undefined);
		if (!found) throw error;
		return found;
	}
}

function stillUsed(resource: Resource, name: string, reason: string): WanAvatarError {
	return new WanAvatarError('REQUEST_REJECTED', `The ${resource} ${name} cannot be replaced`, {
		remedy: `Something still uses it. RunPod said ${reason}.`,
	});
}

function withWhatExists(error: unknown, ids: DeployedIds, names: Names): unknown {
	if (!(error instanceof WanAvatarError)) return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, message, {
		remedy: `${remedy} ${whatExists(ids, names)} Deploying again goes on from there and doubles nothing.`,
		details: { ...details, ...ids },
	});
}

/** A sentence that names what there is of a deployment. */
export function whatExists(ids: DeployedIds, names: Names): string {
	const things = [
		['registry auth', names.registryAuth, ids.registry_auth_id],
		['template', names.template, ids.template_id],
		['endpoint', names.endpoint, ids.endpoint_id],
	].flatMap(([kind, thing, id]) => (id ? [`${String(kind)} ${String(thing)} (${id})`] : []));
	return things.length === 0
		? 'Nothing of it exists now.'
		: `What exists now: ${things.join(', ')}.`;
}
