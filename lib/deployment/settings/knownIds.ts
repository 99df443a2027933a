import * as z from 'zod/v4';
import { ENDPOINT_ID_OR_ADDRESS, endpointIdIn, RUNPOD_ID } from '../../contract/runPodId';
import { optionalText } from './values';

/** IDs that say what is meant, where names do not. */
export interface KnownIds {
	endpoint?: string;
	/** The name that was given beside it, which must be that endpoint's. */
	endpointName?: string;
	template?: string;
	registryAuth?: string;
}

/** The variables of those IDs. */
export const knownIds = z.object({
	RUNPOD_ENDPOINT_ID: optionalText(
		'RUNPOD_ENDPOINT_ID',
		'give the ID of an endpoint, or the address RunPod shows for it',
		ENDPOINT_ID_OR_ADDRESS,
	),
	RUNPOD_TEMPLATE_ID: optionalText('RUNPOD_TEMPLATE_ID', 'give the ID of a template', RUNPOD_ID),
	RUNPOD_REGISTRY_AUTH_ID: optionalText(
		'RUNPOD_REGISTRY_AUTH_ID',
		'give the ID of a registry auth',
		RUNPOD_ID,
	),
});

/** @param givenName of the endpoint; nothing where it is the default */
export function toIds(data: z.output<typeof knownIds>, givenName: string | undefined): KnownIds {
	const { RUNPOD_ENDPOINT_ID: endpoint, RUNPOD_TEMPLATE_ID: template } = data;
	const registryAuth = data.RUNPOD_REGISTRY_AUTH_ID;
	return {
		...(endpoint === undefined ? {} : { endpoint: endpointIdIn(endpoint) }),
		...(endpoint === undefined || givenName === undefined ? {} : { endpointName: givenName }),
		...(template === undefined ? {} : { template }),
		...(registryAuth === undefined ? {} : { registryAuth }),
	};
}
