import type { StorageSettings } from './minioCredential';
import { CREDENTIAL, type StorageAction, type Words } from './faultWords';

/** The object store answered, with a code of its own. */
export function refusals(
	{ bucket }: StorageSettings,
	server: string,
	action: StorageAction,
): Map<string, Words> {
	const noObject = {
		message: `There is no object "${action.key ?? ''}" in bucket ${bucket}`,
		remedy: 'Check the key: it is written with its folders, without the bucket and a first slash.',
	};
	const pairs: [string, Words][] = [
		['AccessDenied', deniedWords(bucket, action)],
		['NoSuchKey', noObject],
		['NotFound', noObject],
		[
			'NoSuchBucket',
			{
				message: `There is no bucket "${bucket}" at ${server}`,
				remedy: `Check Bucket ${CREDENTIAL}, or create the bucket.`,
			},
		],
		[
			'InvalidAccessKeyId',
			{
				message: 'The object store does not know the access key',
				remedy: `Check Access Key ${CREDENTIAL}.`,
			},
		],
		[
			'SignatureDoesNotMatch',
			{
				message: 'The secret key does not fit the access key',
				remedy: `Check Secret Key ${CREDENTIAL}: paste it again without spaces.`,
			},
		],
		[
			'AuthorizationHeaderMalformed',
			{
				message: 'The region is not the one of the object store',
				remedy: `Check Region ${CREDENTIAL}; MinIO's own default is us-east-1.`,
			},
		],
		[
			'RequestTimeTooSkewed',
			{
				message: 'The clocks of n8n and of the object store differ by more than 15 minutes',
				remedy: 'Set the clock of the machine that is wrong.',
			},
		],
	];
	return new Map([...pairs, ...fullFaults(bucket, server)]);
}

/** There is no room for what was to be written. */
function fullFaults(bucket: string, server: string): [string, Words][] {
	const full = {
		message: `The object store at ${server} is full`,
		remedy: 'Delete what is not needed, or give it more disks. Then try again.',
	};
	const overQuota = {
		message: `Bucket ${bucket} has reached its quota`,
		remedy: 'Delete what is not needed in it, or raise its quota. Then try again.',
	};
	return [
		['XMinioStorageFull', full],
		['InsufficientStorage', full],
		['QuotaExceeded', overQuota],
		['XMinioAdminBucketQuotaExceeded', overQuota],
	];
}

const PERMISSIONS = {
	list: 's3:ListBucket',
	read: 's3:GetObject',
	write: 's3:PutObject',
	delete: 's3:DeleteObject',
};

const BESIDES: Partial<Record<StorageAction['verb'], string>> = {
	list: ' Without it, give IDs and paths by hand.',
	read: ' A key that may not list (s3:ListBucket) is told the same of what is not there.',
};

function deniedWords(bucket: string, { verb, key = '' }: StorageAction): Words {
	const what = verb === 'list' ? `bucket ${bucket}` : `"${key}" in bucket ${bucket}`;
	return {
		message: `The access key may not ${verb} ${what}`,
		remedy: `Give it a policy that allows ${PERMISSIONS[verb]}.${BESIDES[verb] ?? ''}`,
	};
}
