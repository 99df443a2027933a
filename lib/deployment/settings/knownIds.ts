import * as z from 'zod/v4';
import { idIn } from './endpointId';
import { optionalText } from './values';

/** IDs that say what is meant, where names do not. */
export interface KnownIds {
	endpoint?: string;
	/** The name that was given beside it, which must be that endpoint's. */
	endpointName?: string;
	template?: string;
	registryAuth?: string;
}

const ID = /^[\w-]+$/;

/** The variables of those IDs. */
export const knownIds = z.object({
	RUNPOD_ENDPOINT_ID: optionalText(
		'RUNPOD_ENDPOINT_ID',
		'give the ID of an endpoint, or the address RunPod shows for it',
		/^[\w-]+$|^https?:\/\/\S+\/(v2|endpoint)\/[\w-]+/,
	),
	RUNPOD_TEMPLATE_ID: optionalText('RUNPOD_TEMPLATE_ID', 'give the ID of a template', ID),
	RUNPOD_REGISTRY_AUTH_ID: optionalText(
		'RUNPOD_REGISTRY_AUTH_ID',
		'give the ID of a registry auth',
		ID,
	),
});

/** @param givenName of the endpoint; nothing where it is the default */
export function toIds(data: z.output<typeof knownIds>, givenName: string | undefined): KnownIds {
	const { RUNPOD_ENDPOINT_ID: endpoint, RUNPOD_TEMPLATE_ID: template } = data;
	const registryAuth = data.RUNPOD_REGISTRY_AUTH_ID;
	return {
		...(endpoint === undefined ? {} : { endpoint: idIn(endpoint) }),
		...(endpoint === undefined || givenName === undefined ? {} : { endpointName: givenName }),
		...(template === undefined ? {} : { template }),
		...(registryAuth === undefined ? {} : { registryAuth }),
	};
}
