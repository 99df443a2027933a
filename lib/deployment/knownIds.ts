import * as z from 'zod/v4';
import { idIn } from './endpointId';
import { optionalText } from './values';

/** IDs that say what is meant, where names do not. */
export interface KnownIds {
	endpoint?: string;
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

export function toIds(data: z.output<typeof knownIds>): KnownIds {
	const { RUNPOD_ENDPOINT_ID: endpoint, RUNPOD_TEMPLATE_ID: template } = data;
	const registryAuth = data.RUNPOD_REGISTRY_AUTH_ID;
	return {
		...(endpoint === undefined ? {} : { endpoint: idIn(endpoint) }),
		...(template === undefined ? {} : { template }),
		...(registryAuth === undefined ? {} : { registryAuth }),
	};
}
