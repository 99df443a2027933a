import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { clock } from '../../n8n/connections';
import { testedWith } from './verdict';

/** Looks what the keys may do in the bucket, by a few free requests that leave nothing behind. */
export async function minioApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await testedWith(async (signal) => {
		const { parseStorageSettings } = await import('../../../../lib/storage/client/minioCredential');
		const { createBucket } = await import('../../../../lib/storage/objects/createBucket');
		const { findRights, lacksRights, rightsText } =
			await import('../../../../lib/storage/objects/rights');
		const settings = parseStorageSettings(data);
		const rights = await findRights(createBucket(settings, clock).within(signal));
		const text = `The keys are right, and bucket ${settings.bucket} answers. ${rightsText(rights)}`;
		// n8n shows the words of a test only where it has failed.
		if (lacksRights(rights)) throw missingRights(text);
		return text;
	});
}

function missingRights(text: string): WanAvatarError {
	return new WanAvatarError('INVALID_CREDENTIAL', text.replace(/\.$/, ''), {
		remedy: 'The credential can be used all the same: what goes without a right says so.',
	});
}
