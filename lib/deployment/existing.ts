import { WanAvatarError } from '../contract/errors';
import type { ManagementClient } from '../runpod/management';
import type { Endpoint, RegistryAuth, Template } from '../runpod/managementRecords';
import { namesOf } from './desired';

/** What an account has: of the deployment of one name, and of others. */
export interface Existing {
	registryAuth: RegistryAuth | undefined;
	template: Template | undefined;
	endpoint: Endpoint | undefined;
	all: { templates: readonly Template[]; endpoints: readonly Endpoint[] };
}

export interface ReadOptions {
	/** Chooses among endpoints of one name. */
	endpointId?: string;
}

/**
 * Reads what there is of a deployment, by name.
 * @throws WanAvatarError AMBIGUOUS_NAME when two things have one name
 */
export async function readExisting(
	management: ManagementClient,
	name: string,
	{ endpointId }: ReadOptions = {},
): Promise<Existing> {
	const names = namesOf(name);
	const { auths, templates, endpoints } = await readAll(management);
	const candidates = endpoints.filter(({ id }) => endpointId === undefined || id === endpointId);
	return {
		registryAuth: onlyOne('registry auth', names.registryAuth, auths),
		template: onlyOne('template', names.template, templates),
		endpoint: onlyOne('endpoint', names.endpoint, candidates),
		all: { templates, endpoints },
	};
}

async function readAll(management: ManagementClient) {
	try {
		return {
			auths: await management.listRegistryAuths(),
			templates: await management.listTemplates(),
			endpoints: await management.listEndpoints(),
		};
	} catch (error) {
		throw error instanceof WanAvatarError ? unchanged(error) : error;
	}
}

function unchanged({ code, message, remedy, details }: WanAvatarError): WanAvatarError {
	return new WanAvatarError(code, message, { remedy: `${remedy} Nothing was changed.`, details });
}

// RunPod's older faces put this behind the name of an endpoint that has FlashBoot.
const FLASHBOOT_SUFFIX = / -fb$/;

/** The name as it was given. */
export function plainName({ name }: { name: string }): string {
	return name.replace(FLASHBOOT_SUFFIX, '');
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
				'Nothing was changed. Delete or rename all but one in the RunPod console, or choose another name.',
			details: { name, ids },
		},
	);
}
