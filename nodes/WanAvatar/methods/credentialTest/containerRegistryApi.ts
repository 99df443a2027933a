import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { testedWith } from './verdict';

/** Looks at the form alone: the registry is asked by RunPod, when it pulls the image. */
export async function containerRegistryApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await testedWith(async () => {
		const { parseContainerRegistry } =
			await import('../../../../lib/deployment/settings/containerRegistryCredential');
		parseContainerRegistry(data);
		return 'Both fields are filled in. RunPod tells whether they are right when it pulls the image.';
	});
}
