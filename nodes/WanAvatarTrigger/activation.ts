import type { IHookFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../lib/base/errors/errors';
import { connectQueues } from '../WanAvatar/n8n/connections';
import { toRunError } from '../WanAvatar/n8n/itemErrors';

/**
 * Refuses to publish a workflow that no job could ever start. RunPod keeps no list of addresses, so there is nothing to
 * register: the address goes along with each job.
 * @throws NodeOperationError
 */
export async function checkCredential(context: IHookFunctions): Promise<void> {
	try {
		const { endpointId } = await connectQueues(context);
		if (endpointId === '') throw withoutEndpoint();
	} catch (error) {
		throw toRunError(context.getNode(), error);
	}
}

function withoutEndpoint(): WanAvatarError {
	return new WanAvatarError('INVALID_CREDENTIAL', 'The RunPod API credential names no endpoint', {
		remedy: 'Fill in Endpoint ID: the trigger asks that endpoint about each job.',
	});
}
