import * as z from 'zod/v4';
import { InvalidInput } from '../contract/invalidInput';

const text = z.string().trim().catch('');

/**
 * The ID of an endpoint from a form: the ID alone, or an address that holds it; else the credential's.
 * @throws InvalidInput when there is none, or it is no ID
 */
export function parseEndpointId(chosen: unknown, credentialEndpointId: string): string {
	const given = text.parse(chosen);
	const id = /\/(?:v2|endpoint)\/([\w-]+)/.exec(given)?.[1] ?? given;
	if (id === '' && credentialEndpointId !== '') return credentialEndpointId;
	if (/^[\w-]+$/.test(id)) return id;
	const message =
		id === ''
			? 'is missing: choose one, or fill in Endpoint ID in the RunPod API credential'
			: 'must be an ID such as abc123, or the address RunPod shows for it';
	throw new InvalidInput([{ field: 'Endpoint', message }]);
}
