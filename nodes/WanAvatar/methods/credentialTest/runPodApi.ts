import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { openQueues } from '../../n8n/connections';
import { testedWith } from './verdict';

/** Asks the endpoint's health, or without an endpoint for a list of the account's: both are free. */
export async function runPodApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await testedWith(async (signal) => {
		const { parseRunPodSettings } = await import('../../../../lib/runpod/http/runPodCredential');
		const settings = parseRunPodSettings(data);
		const { endpointId, queueOf } = await openQueues(settings, signal);
		await queueOf(endpointId).check();
		return settings.endpointId === ''
			? 'The API key is right. Endpoint ID is empty: fill it in to run jobs.'
			: `The API key is right, and endpoint ${settings.endpointId} answers.`;
	});
}
