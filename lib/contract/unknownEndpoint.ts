/** What to do about an endpoint that RunPod does not know; `isChosen`: its ID is not the one of the credential. */
export function unknownEndpointRemedy(isChosen: boolean): string {
	return isChosen
		? 'Check the ID in Endpoint of this node, or where that is empty the endpoint_id of the incoming item: it may be mistyped, the endpoint deleted, or of another account than the API key.'
		: 'Check Endpoint ID in the RunPod API credential: the endpoint may have been deleted, or belong to another account.';
}
