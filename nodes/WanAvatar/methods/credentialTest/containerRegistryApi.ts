import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { testedWith } from './verdict';

/** Looks at the form alone: the registry is asked by RunPod, when it pulls the image. */
export async function containerRegistryApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await testedWith(async () => {
		for (const [field, label] of [
			['username', 'Username'],
			['password', 'Password'],
		] as const)
			if (typeof data[field] !== 'string' || data[field].trim() === '') throw empty(label);
		return await Promise.resolve(
			'Both fields are filled in. RunPod tells whether they are right when it pulls the image.',
		);
	});
}

function empty(label: string): WanAvatarError {
	return new WanAvatarError('INVALID_CREDENTIAL', `${label} is empty`, { remedy: 'Fill it in.' });
}
