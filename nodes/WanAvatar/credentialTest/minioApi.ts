import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { clock } from '../connections';
import { testedWith } from './verdict';

/** Sends one signed request to the bucket. */
export async function minioApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await testedWith(async (signal) => {
		const { parseStorageSettings } = await import('../../../lib/storage/settings');
		const { createBucket } = await import('../../../lib/storage/bucket');
		const settings = parseStorageSettings(data);
		const { note } = await createBucket(settings, clock).within(signal).check();
		return note ?? `The keys are right, and bucket ${settings.bucket} answers.`;
	});
}
