import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint, RegistryAuth, Template } from '../../runpod/management/managementRecords';
import { namesOf, type Names } from './desired';
import type { KnownModels } from './models';
import type { KnownIds } from '../settings/knownIds';
import { plainName } from '../settings/plainName';

/** What an account has: of one deployment, and of others. */
export interface Existing {
	/** As the three are named, or will be where they are yet to be made. */
	names: Names;
	registryAuth: RegistryAuth | undefined;
	template: Template | undefined;
	endpoint: Endpoint | undefined;
	/** The endpoint was given by its ID, whatever its name. */
	isTakenOver: boolean;
	/** The API key may not list registry auths, and none was needed: what there is of them is not known. */
	areRegistryAuthsHidden: boolean;
	/** Of the endpoint, where one is asked for. */
	models?: KnownModels;
	all: { templates: readonly Template[]; endpoints: readonly Endpoint[] };
}

/**
 * Reads what there is of a deployment, by ID where one is known, else by name. The name of an endpoint that is known
 * by its ID stands in the place of the default one; a given one has to be the same.
 * @throws WanAvatarError INVALID_INPUT when name and ID are of two endpoints, AMBIGUOUS_NAME when two things have one name, INVALID_INPUT too when nothing has the ID
 */
export async function readExisting(
	management: ManagementClient,
	name: string,
	ids: KnownIds = {},
): Promise<Existing> {
	return foundIn(await readAll(management, ids.registryAuth !== undefined), name, ids);
}

/**
 * The same, where the template that the endpoint names comes first, and the registry auth that an endpoint or a template
 * of a known ID pulls with comes after the one of its name. What others made is found so, for changing it:
 * nothing is deleted on the strength of such an ID.
 */
export async function readLinked(
	management: ManagementClient,
	name: string,
	ids: KnownIds,
	{ needsRegistryAuths = false }: { needsRegistryAuths?: boolean } = {},
): Promise<Existing> {
	const account = await readAll(management, needsRegistryAuths || ids.registryAuth !== undefined);
	const endpoint = findEndpoint(account, name, ids);
	const template = linked(account.templates, endpoint?.templateId);
	const found = foundIn(account, name, { ...(template ? { template: template.id } : {}), ...ids });
	if (found.registryAuth) return found;
	const pulledWith = ids.endpoint === undefined ? undefined : endpoint?.registry;
	const registry = pulledWith ?? (ids.template && found.template?.registry);
	const registryAuth = linked(account.auths ?? [], registry);
	if (!registryAuth) return found;
	return { ...found, registryAuth, names: { ...found.names, registryAuth: registryAuth.name } };
}

/** The template an endpoint was made from: the one that it names, or the one of its name. */
export function templateOf(
	endpoint: Endpoint,
	templates: readonly Template[],
): Template | undefined {
	const { template: name } = namesOf(plainName(endpoint));
	return (
		linked(templates, endpoint.templateId) ??
		onlyOne('template', name, maybeOf(endpoint, templates))
	);
}

/** Where an endpoint names its template, another one of a fitting name is none of its. */
function maybeOf(
	endpoint: Endpoint | undefined,
	templates: readonly Template[],
): readonly Template[] {
	const named = endpoint?.templateId;
	return named ? templates.filter(({ id }) => id === named) : templates;
}

function linked<T extends { id: string }>(
	things: readonly T[],
	wanted: string | null | undefined,
): T | undefined {
	return things.find(({ id }) => id === wanted);
}

interface Account {
	/** Nothing where the API key may not list them. */
	auths: RegistryAuth[] | undefined;
	templates: Template[];
	endpoints: Endpoint[];
}

function foundIn(account: Account, name: string, ids: KnownIds): Existing {
	const { auths, templates, endpoints } = account;
	const endpoint = findEndpoint(account, name, ids);
	const names = namesOf(ids.endpoint !== undefined && endpoint ? plainName(endpoint) : name);
	const template = findOne(
		'template',
		names.template,
		ids.template,
		ids.template === undefined ? maybeOf(endpoint, templates) : templates,
	);
	const registryAuth = findOne('registry auth', names.registryAuth, ids.registryAuth, auths ?? []);
	return {
		names: {
			endpoint: names.endpoint,
			template: template?.name ?? names.template,
			registryAuth: registryAuth?.name ?? names.registryAuth,
		},
		registryAuth,
		template,
		endpoint,
		isTakenOver: ids.endpoint !== undefined,
		areRegistryAuthsHidden: auths === undefined,
		all: { templates, endpoints },
	};
}

/**
 * The endpoint that is meant, if there is one.
 * @throws WanAvatarError as readExisting
 */
export function findEndpoint(
	{ endpoints }: Pick<Account, 'endpoints'>,
	name: string,
	ids: KnownIds,
): Endpoint | undefined {
	const endpoint = findOne('endpoint', name, ids.endpoint, endpoints);
	if (endpoint && ids.endpointName !== undefined) assertNamed(endpoint, ids.endpointName);
	return endpoint;
}

/** Which of the two is meant is not for us to guess: one may stand in a file that nobody thinks of. */
function assertNamed(endpoint: Endpoint, name: string): void {
	const found = plainName(endpoint);
	if (found === name) return;
	throw new InvalidInput([
		{
			field: 'WAN_AVATAR_NAME',
			message: `is "${name}", but the endpoint of RUNPOD_ENDPOINT_ID (${endpoint.id}) is named "${found}"`,
			remedy: 'Give one of the two alone.',
		},
	]);
}

function findOne<T extends { id: string; name: string }>(
	kind: string,
	name: string,
	knownId: string | undefined,
	things: readonly T[],
): T | undefined {
	if (knownId === undefined) return onlyOne(kind, name, things);
	const found = things.find(({ id }) => id === knownId);
	if (found) return found;
	throw new WanAvatarError('INVALID_INPUT', `The account has no ${kind} of the ID ${knownId}`, {
		remedy: 'Nothing was changed. Look its ID up in the RunPod console, or leave it out.',
		details: { id: knownId },
	});
}

async function readAll(
	management: ManagementClient,
	needsRegistryAuths: boolean,
): Promise<Account> {
	try {
		return {
			auths: await listAuths(management, needsRegistryAuths),
			templates: await management.listTemplates(),
			endpoints: await management.listEndpoints(),
		};
	} catch (error) {
		throw error instanceof WanAvatarError ? unchanged(error) : error;
	}
}

/** A public image needs none, and so no right to list them. */
async function listAuths(
	management: ManagementClient,
	areNeeded: boolean,
): Promise<RegistryAuth[] | undefined> {
	try {
		return await management.listRegistryAuths();
	} catch (error) {
		const isForbidden = error instanceof WanAvatarError && error.code === 'FORBIDDEN';
		if (areNeeded || !isForbidden) throw error;
		return undefined;
	}
}

/** The same error of what has only read. */
export function unchanged({ code, message, remedy, details }: WanAvatarError): WanAvatarError {
	return new WanAvatarError(code, message, { remedy: `${remedy} Nothing was changed.`, details });
}

/** The one thing of this name, or none. */
export function onlyOne<T extends { id: string; name: string }>(
	kind: string,
	name: string,
	things: readonly T[],
): T | undefined {
	const found = things.filter((thing) => plainName(thing) === name);
	if (found.length <= 1) return found[0];
	const ids = found.map(({ id }) => id).join(', ');
	throw new WanAvatarError(
		'AMBIGUOUS_NAME',
		`The account has ${String(found.length)} things of the name "${name}" (${kind}): ${ids}`,
		{
			remedy:
				'Nothing was changed. Say which is meant by its ID (--endpoint-id, --template-id or --registry-auth-id; in n8n an option), or delete or rename all but one in the RunPod console.',
			details: { name, ids },
		},
	);
}
