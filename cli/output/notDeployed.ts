import { WanAvatarError } from '../../lib/base/errors/errors';

export function notDeployed(name: string): WanAvatarError {
	return new WanAvatarError('NOT_FOUND', `The account has no endpoint of the name "${name}"`, {
		remedy:
			'Deploy it first, or say which is meant with --name (WAN_AVATAR_NAME) or --endpoint-id (RUNPOD_ENDPOINT_ID).',
	});
}
