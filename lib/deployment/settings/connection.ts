import * as z from 'zod/v4';
import { graphqlUrlOf, type RunPodSettings } from '../../runpod/http/runPodCredential';
import { optionalText, requiredSecret, requiredText } from './values';

const url = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/;

/** The variables that say how RunPod is reached. */
export const connection = z.object({
	RUNPOD_API_KEY: requiredSecret(
		'RUNPOD_API_KEY',
		'give the API key of the RunPod account',
		/^[\x21-\x7e]+$/,
	),
	RUNPOD_MANAGEMENT_BASE_URL: requiredText(
		'RUNPOD_MANAGEMENT_BASE_URL',
		'give an address that starts with https://',
		url,
	),
	RUNPOD_GRAPHQL_URL: optionalText(
		'RUNPOD_GRAPHQL_URL',
		'give an address that starts with https://',
		url,
	),
	RUNPOD_QUEUE_BASE_URL: requiredText(
		'RUNPOD_QUEUE_BASE_URL',
		'give an address that starts with https://',
		url,
	),
});

export function toConnection(data: z.output<typeof connection>): RunPodSettings {
	const managementBaseUrl = withoutSlash(data.RUNPOD_MANAGEMENT_BASE_URL);
	return {
		apiKey: data.RUNPOD_API_KEY,
		endpointId: '',
		managementBaseUrl,
		graphqlUrl: graphqlUrlOf(withoutSlash(data.RUNPOD_GRAPHQL_URL ?? ''), managementBaseUrl),
		queueBaseUrl: withoutSlash(data.RUNPOD_QUEUE_BASE_URL),
	};
}

function withoutSlash(address: string): string {
	return address.replace(/\/+$/, '');
}
