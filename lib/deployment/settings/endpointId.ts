import * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import { quoted } from '../../base/data/text';
import { endpointIdIn, RUNPOD_ID } from '../../contract/runPodId';

const text = z.union([z.string(), z.number().transform(String)]).transform((given) => given.trim());

const NO_ID = 'must be an ID such as abc123, or the address RunPod shows for it';

/**
 * The ID of an endpoint from a form: the ID alone, or an address that holds it; the credential's where the form is empty.
 * @throws InvalidInput when there is none, or it is no ID
 */
export function parseEndpointId(chosen: unknown, credentialEndpointId: string): string {
	const { data: given } = text.safeParse(chosen ?? '');
	if (given === undefined) throw wrong(NO_ID);
	const id = endpointIdIn(given);
	if (id === '' && credentialEndpointId !== '') return credentialEndpointId;
	if (RUNPOD_ID.test(id)) return id;
	throw wrong(
		id === ''
			? 'is missing: choose one, or fill in Endpoint ID in the RunPod API credential'
			: `${NO_ID}: ${quoted(given)} is neither`,
	);
}

/**
 * For what cannot be undone: an expression that finds no ID must not come to mean the credential's endpoint.
 * @throws InvalidInput when it gives nothing, rather than an empty text
 */
export function assertGiven(chosen: unknown): void {
	if (chosen === undefined || chosen === null)
		throw wrong('is missing: its expression gives nothing');
}

function wrong(message: string): InvalidInput {
	return new InvalidInput([{ field: 'Endpoint', message }]);
}
