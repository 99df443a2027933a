/** An ID of RunPod's own, as its console shows it: of an endpoint, a template, a registry auth. */
export const RUNPOD_ID = /^[\w-]+$/;

/** Where an address names an endpoint: `https://api.runpod.ai/v2/abc123/run`, or the console's. */
const IN_ADDRESS = /\/(?:v2|endpoint)\/([\w-]+)/;

/** The ID of an endpoint, alone or in an address that RunPod shows for it. */
export const ENDPOINT_ID_OR_ADDRESS = new RegExp(
	`${RUNPOD_ID.source}|^https?:\\/\\/\\S+${IN_ADDRESS.source}`,
);

/** The ID alone, of an ID or an address that holds it; any other text as it is. */
export function endpointIdIn(given: string): string {
	return IN_ADDRESS.exec(given)?.[1] ?? given;
}

/** What to do about an endpoint that RunPod does not know; `isChosen`: its ID is not the one of the credential. */
export function unknownEndpointRemedy(isChosen: boolean): string {
	return isChosen
		? 'Check the ID in Endpoint of this node, or where that is empty the endpoint_id of the incoming item: it may be mistyped, the endpoint deleted, or of another account than the API key.'
		: 'Check Endpoint ID in the RunPod API credential: the endpoint may have been deleted, or belong to another account.';
}
