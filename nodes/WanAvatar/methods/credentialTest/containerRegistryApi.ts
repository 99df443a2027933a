import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { RegistryLogin } from '../../../../lib/deployment/registry/registryLogin';
import { testedWith } from './verdict';

/** Logs in to the registry, which changes nothing there. RunPod does the same when it pulls the image. */
export async function containerRegistryApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await testedWith(async (signal) => {
		const { parseContainerRegistry } =
			await import('../../../../lib/deployment/settings/containerRegistryCredential');
		const { registryLogin } = await import('../../../../lib/deployment/registry/registryLogin');
		const { createSend } = await import('../../../../lib/runpod/http/http');
		const settings = parseContainerRegistry(data);
		return told(await registryLogin(settings, { send: createSend(), signal }));
	});
}

/** @throws WanAvatarError unless the login is right: n8n shows the words of a test only where it has failed */
export function told(login: RegistryLogin): string {
	const { host } = login;
	switch (login.tag) {
		case 'accepted':
			return `${host} accepts the user name and the password. Whether they may pull the image, RunPod tells when it does.`;
		case 'refused':
			throw new WanAvatarError(
				'UNAUTHORIZED',
				`${host} does not accept the user name and the password`,
				{
					remedy:
						'Check Username, Password and Registry. For an account with two-factor authentication the password must be an access token.',
				},
			);
		case 'untested':
			throw new WanAvatarError(
				'UNREACHABLE',
				`Not tested: ${host} was not asked, since ${login.reason}`,
				{
					remedy:
						'The credential can be used all the same: RunPod tells whether it is right when it pulls the image.',
				},
			);
	}
}
