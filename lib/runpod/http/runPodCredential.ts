import * as z from 'zod/v4';
import { WanAvatarError } from '../../base/errors/errors';
import { filledField, textOfField as text } from '../../base/data/text';
import { Secret, secretsIn } from '../../base/data/secret';
import { endpointIdIn, RUNPOD_ID } from '../../contract/runPodId';

const DEFAULT_QUEUE_BASE_URL = 'https://api.runpod.ai/v2';
const DEFAULT_MANAGEMENT_BASE_URL = 'https://api.runpod.io/v2';

/** How to speak to RunPod. `endpointId` is empty when the credential names none. */
export interface RunPodSettings {
	apiKey: Secret;
	endpointId: string;
	queueBaseUrl: string;
	managementBaseUrl: string;
	/** Where cached models are set, which REST has no field for. */
	graphqlUrl: string;
	/** The endpoint is not the one that the credential names: a form or an item has chosen it. */
	isChosen?: boolean;
	/** Hosts that n8n's *Allowed HTTP Request Domains* permits; nothing = all. */
	allowedDomains?: string[];
	/** Values beside the API key that no message may show, also where RunPod or a worker says them. */
	secrets?: readonly string[];
}

/** The same account, at an endpoint of it. */
export function atEndpoint(settings: RunPodSettings, endpointId: string): RunPodSettings {
	return { ...settings, endpointId, isChosen: endpointId !== settings.endpointId };
}

type Holder = Partial<Pick<RunPodSettings, 'apiKey' | 'secrets'>>;

const known = new WeakMap<Holder, readonly string[]>();

/** All values that no message may show: the same list for the same settings, which are asked at each look at a job. */
export function secretsOf(settings: Holder): readonly string[] {
	const secrets = known.get(settings) ?? [...secretsIn(settings), ...(settings.secrets ?? [])];
	known.set(settings, secrets);
	return secrets;
}

const isAddress = (value: string) => URL.canParse(value) && /^https?:\/\//.test(value);

const noAddress = (name: string) => `${name} must be an address that starts with https://`;

const baseUrl = (name: string, fallback: string) =>
	text
		.transform((value) => (value === '' ? fallback : value).replace(/\/+$/, ''))
		.refine(isAddress, { message: noAddress(name) });

const optionalUrl = (name: string) =>
	text
		.transform((value) => value.replace(/\/+$/, ''))
		.refine((value) => value === '' || isAddress(value), { message: noAddress(name) });

const endpointId = text
	.transform(endpointIdIn)
	.refine((value) => value === '' || RUNPOD_ID.test(value), {
		message: 'Endpoint ID must be the ID alone, such as abc123, or the address RunPod shows for it',
	});

/** The GraphQL API of the host that has the management API, unless another one is given. */
export function graphqlUrlOf(given: string, managementBaseUrl: string): string {
	return given === '' ? `${managementBaseUrl.replace(/\/v2$/, '')}/graphql` : given;
}

const settings = z.object({
	apiKey: filledField('API Key')
		.refine((value) => /^[\x21-\x7e]*$/.test(value), {
			message: 'API Key holds a character that no key has: paste it again',
		})
		.transform((value) => new Secret(value)),
	endpointId,
	queueBaseUrl: baseUrl('Queue API Base URL', DEFAULT_QUEUE_BASE_URL),
	managementBaseUrl: baseUrl('Management API Base URL', DEFAULT_MANAGEMENT_BASE_URL),
	graphqlUrl: optionalUrl('GraphQL API URL'),
	allowedHttpRequestDomains: text,
	allowedDomains: text,
});

/**
 * Reads the data of a *RunPod API* credential.
 * @throws WanAvatarError INVALID_CREDENTIAL naming the field
 */
export function parseRunPodSettings(data: unknown): RunPodSettings {
	const parsed = settings.safeParse(data);
	if (!parsed.success) throw invalidCredential(parsed.error.issues.map(({ message }) => message));
	const { allowedHttpRequestDomains, allowedDomains, graphqlUrl, ...given } = parsed.data;
	const rest = { ...given, graphqlUrl: graphqlUrlOf(graphqlUrl, given.managementBaseUrl) };
	if (allowedHttpRequestDomains !== 'domains') return rest;
	const domains = allowedDomains.split(',').map((domain) => domain.trim().toLowerCase());
	return { ...rest, allowedDomains: domains.filter((domain) => domain !== '') };
}

function invalidCredential(messages: string[]): WanAvatarError {
	return new WanAvatarError('INVALID_CREDENTIAL', `RunPod credential: ${messages.join('; ')}`, {
		remedy: 'Open the RunPod API credential of this node and correct it.',
	});
}
