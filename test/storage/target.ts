import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Client } from 'minio';
import type { Bucket, Page } from '../../lib/storage/objects/bucket';
import { createBucket } from '../../lib/storage/objects/createBucket';
import { parseStorageSettings } from '../../lib/storage/client/minioCredential';
import { startObjectStore } from '../../standin/objectStore/objectStore';
import { CA_CERTIFICATE, serverCertificate } from './server/certificates';
import { clock } from './server/clock';
import { bucketPolicy, DENIALS, serverUsers, USERS, type UserName } from './server/users';

/** The data of a *MinIO API* credential. */
export type Credential = Record<string, string | boolean>;

export interface Target {
	/** With a bucket of the test's own, which is empty. */
	credential: Credential;
	bucket: Bucket;
	/** Requests that the bucket has got, where the server tells. */
	requests: (() => readonly { method: string; key: string }[]) | undefined;
	clearRequests: () => void;
	/** The credentials of the users with their few rights in the bucket. */
	addUsers: () => Promise<Record<UserName, Credential>>;
	close: () => Promise<void>;
}

/** STORAGE_TEST_ENDPOINT and its companions point the suite at any server; without them it is the stand-in. */
const { STORAGE_TEST_ENDPOINT: endpoint, ...env } = process.env;

export const targets: [string, () => Promise<Target>][] =
	endpoint === undefined
		? [
				['the stand-in by HTTP', async () => await openStandIn(false)],
				['the stand-in by HTTPS', async () => await openStandIn(true)],
			]
		: [[endpoint, async () => await openServer(endpoint)]];

async function openStandIn(isSecure: boolean): Promise<Target> {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-storage-'));
	const store = await startObjectStore({
		folder: mkdtempSync(join(folder, 'objects-')),
		buckets: ['avatars'],
		accessKey: 'access',
		secretKey: 'very-secret-key',
		...(isSecure ? { tls: serverCertificate('localhost') } : {}),
	});
	const credential = {
		endpoint: store.url,
		accessKey: store.accessKey,
		secretKey: store.secretKey,
		bucket: 'avatars',
		caCertificate: isSecure ? CA_CERTIFICATE : '',
	};
	return {
		credential,
		bucket: createBucket(parseStorageSettings(credential), clock),
		requests: store.calls,
		clearRequests: store.clearCalls,
		addUsers: async () => {
			const keysOf = (user: UserName) => ({ accessKey: user, secretKey: `secret of ${user}` });
			for (const user of USERS) store.addUser(keysOf(user), DENIALS[user]);
			return await Promise.resolve(credentialsOf(credential, keysOf));
		},
		close: async () => {
			await store.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function openServer(url: string): Promise<Target> {
	const caFile = env.STORAGE_TEST_CA_FILE;
	const credential = {
		endpoint: url,
		accessKey: env.STORAGE_TEST_ACCESS_KEY ?? '',
		secretKey: env.STORAGE_TEST_SECRET_KEY ?? '',
		region: env.STORAGE_TEST_REGION ?? '',
		bucket: `wan-avatar-test-${String(Date.now())}-${String(process.pid)}`,
		caCertificate: caFile === undefined ? '' : readFileSync(caFile, 'utf8'),
	};
	const settings = parseStorageSettings(credential);
	const { endPoint, port, useSSL, region, bucket, caCertificate } = settings;
	const { accessKey, secretKey } = credential;
	const transportAgent = useSSL ? new https.Agent({ ca: caCertificate }) : new http.Agent();
	const server = { endPoint, port, useSSL, region, transportAgent };
	const client = new Client({ ...server, accessKey, secretKey });
	await client.makeBucket(bucket, region);
	return {
		credential,
		bucket: createBucket(settings, clock),
		requests: undefined,
		clearRequests: () => undefined,
		addUsers: async () => {
			const users = serverUsers();
			await client.setBucketPolicy(
				bucket,
				bucketPolicy(bucket, (user) => users[user].principal),
			);
			return credentialsOf(credential, (user) => users[user]);
		},
		close: async () => {
			await client.removeObjects(bucket, await allKeys(createBucket(settings, clock)));
			await client.removeBucket(bucket);
		},
	};
}

function credentialsOf(
	credential: Credential,
	keysOf: (user: UserName) => { accessKey: string; secretKey: string },
): Record<UserName, Credential> {
	const of = (user: UserName): Credential => {
		const { accessKey, secretKey } = keysOf(user);
		return { ...credential, accessKey, secretKey };
	};
	return {
		full: of('full'),
		'read-only': of('read-only'),
		'no-list': of('no-list'),
		'write-only': of('write-only'),
		nothing: of('nothing'),
		'no-records': of('no-records'),
	};
}

async function allKeys(bucket: Bucket): Promise<string[]> {
	const keys: string[] = [];
	let after: string | undefined = '';
	while (after !== undefined) {
		const page: Page = await bucket.listPage({ after });
		keys.push(...page.objects.map(({ key }) => key));
		after = page.next;
	}
	return keys;
}

/** Puts small objects, some at a time; the content of each is its key. */
export async function putAll({ bucket }: Target, keys: readonly string[]): Promise<void> {
	const left = [...keys];
	const worker = async () => {
		for (let key = left.pop(); key !== undefined; key = left.pop())
			await bucket.putText(key, key, 'application/octet-stream');
	};
	await Promise.all(Array.from({ length: 16 }, worker));
}

export interface Fetched {
	status: number;
	headers: http.IncomingHttpHeaders;
	body: Buffer;
}

/** Opens a link as anyone would, without credentials; a private CA is known. */
export async function open(url: string, { caCertificate }: Credential): Promise<Fetched> {
	const isSecure = url.startsWith('https:');
	const options = typeof caCertificate === 'string' && isSecure ? { ca: caCertificate } : {};
	return await new Promise((resolve, reject) => {
		const onAnswer = (answer: http.IncomingMessage) => {
			const { statusCode: status = 0, headers } = answer;
			buffer(answer).then((body) => {
				resolve({ status, headers, body });
			}, reject);
		};
		(isSecure ? https.get(url, options, onAnswer) : http.get(url, onAnswer)).on('error', reject);
	});
}
