import { receiveText } from '../http/body';
import { S3Error } from '../http/errors';
import { xmlAnswer, type Answer, type Exchange, type Operation } from './operation';
import { childText, parseXml, type XmlElement } from '../http/xml';
import { listObjects, listObjectsV2, listUploads } from './listRoutes';

const MAX_DELETED_KEYS = 1000;

/** Operations on the store itself: `/`. */
export const serviceOperations: readonly Operation[] = [{ method: 'GET', run: listBuckets }];

/** Operations on a bucket: `/bucket`. */
export const bucketOperations: readonly Operation[] = [
	{ method: 'HEAD', run: headBucket },
	{ method: 'PUT', run: createBucket },
	{ method: 'DELETE', run: deleteBucket },
	{ method: 'POST', needs: ['delete'], run: deleteObjects },
	{ method: 'GET', needs: ['location'], run: getBucketLocation },
	listUploads,
	listObjectsV2,
	listObjects,
];

function listBuckets({ store }: Exchange): Answer {
	const buckets = store.buckets().map(({ name, createdMs }): XmlElement => {
		const created = new Date(createdMs).toISOString();
		return [
			'Bucket',
			[
				['Name', name],
				['CreationDate', created],
			],
		];
	});
	return xmlAnswer([
		'ListAllMyBucketsResult',
		[
			['Owner', [['ID', 'owner']]],
			['Buckets', buckets],
		],
	]);
}

function headBucket({ request, store, region }: Exchange): Answer {
	store.requireBucket(request.bucket);
	return { status: 200, headers: { 'x-amz-bucket-region': region } };
}

async function createBucket({ request, payloadHash, store, region }: Exchange): Promise<Answer> {
	const body = await receiveText(request, payloadHash);
	const wanted = body === '' ? undefined : childText(parseXml(body), 'LocationConstraint');
	if (wanted && wanted !== region) throw new S3Error('IllegalLocationConstraintException');
	store.createBucket(request.bucket);
	return { status: 200, headers: { location: `/${request.bucket}` } };
}

function deleteBucket({ request, store }: Exchange): Answer {
	store.removeBucket(request.bucket);
	return { status: 204 };
}

function getBucketLocation({ request, store, region }: Exchange): Answer {
	store.requireBucket(request.bucket);
	// The oldest region has no name in this answer.
	return xmlAnswer(['LocationConstraint', region === 'us-east-1' ? '' : region]);
}

async function deleteObjects({ request, payloadHash, store }: Exchange): Promise<Answer> {
	if (request.headers['content-md5'] === undefined) {
		throw new S3Error('InvalidRequest', 'Missing required header: Content-MD5');
	}
	const root = parseXml(await receiveText(request, payloadHash));
	const objects = root.children.filter(({ name }) => name === 'Object');
	const keys = objects.map((object) => childText(object, 'Key') ?? '');
	const wellFormed = root.name === 'Delete' && keys.length > 0 && !keys.includes('');
	if (!wellFormed || keys.length > MAX_DELETED_KEYS) throw new S3Error('MalformedXML');
	if (objects.some((object) => childText(object, 'VersionId'))) {
		throw new S3Error('NotImplemented', 'Versions are not implemented');
	}
	store.requireBucket(request.bucket);
	for (const key of keys) store.remove(request.bucket, key);
	const deleted = keys.map((key): XmlElement => ['Deleted', [['Key', key]]]);
	const quiet = childText(root, 'Quiet') === 'true';
	return xmlAnswer(['DeleteResult', quiet ? [] : deleted]);
}
