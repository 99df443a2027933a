/** Where a person sees the jobs of an endpoint. */
export function requestsPage(endpointId: string): string {
	return `https://console.runpod.io/serverless/user/endpoint/${endpointId}?tab=requests`;
}
