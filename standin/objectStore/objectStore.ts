import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { KeptCalls } from '../wire/keptCalls';
import { type Traffic, TrafficCounter } from '../wire/traffic';
import { writeFile } from './http/body';
import { Faults, type ObjectStoreFault } from './faults';
import type { Denial } from './access/policy';
import { PublicReads } from './access/publicReads';
import { serve, type ObjectStoreCall, type Service } from './service';
import { Store } from './store/store';
import { Uploads } from './store/uploads';
import { Users, type UserKeys } from './access/users';

export type { ObjectStoreCall } from './service';
export type { ObjectStoreFault } from './faults';
export type { Denial, Right } from './access/policy';

const HOST = '127.0.0.1';

export interface ObjectStoreOptions {
	/** Where the objects live; those of an earlier run are found again. */
	folder: string;
	/** Created at start, where they are missing. */
	buckets: string[];
	accessKey: string;
	secretKey: string;
	/** Default us-east-1. */
	region?: string;
	/** Default 0: any free port. */
	port?: number;
	/** PEM texts; without them the store speaks plain HTTP. */
	tls?: { key: string; cert: string };
	/** Milliseconds since the epoch; default Date.now. */
	now?: () => number;
	/** How many calls are kept for `calls`, at least; default all; with 0 none. */
	callsKept?: number;
}

/** A running S3 object store, with path-style addresses on 127.0.0.1 only. */
export interface ObjectStore {
	url: string;
	endPoint: string;
	port: number;
	useSSL: boolean;
	accessKey: string;
	secretKey: string;
	/** The buckets there are now. */
	buckets: string[];
	/** Every request since the start or the last clearCalls, in the order answered. */
	calls: () => readonly ObjectStoreCall[];
	clearCalls: () => void;
	/** Meets the next matching request in place of the real answer. */
	fault: (fault: ObjectStoreFault) => void;
	clearFaults: () => void;
	/** What the access key may not do from now on; presigned URLs of it have no more rights. */
	deny: (...denials: Denial[]) => void;
	/** Another access key, with all rights that are not denied. */
	addUser: (keys: UserKeys, denials: readonly Denial[]) => void;
	/** Lets anyone read these keys, without an access key. */
	publish: (bucket: string, keys: RegExp) => void;
	/** Whether If-Match and If-None-Match of writes count, as they do at first; some servers ignore them. */
	heedWriteConditions: (heeds: boolean) => void;
	/** Every request that came: `all`, and by method for objects and for buckets. */
	traffic: () => Record<string, Traffic>;
	clearTraffic: () => void;
	putFile: (bucket: string, key: string, path: string, contentType?: string) => Promise<void>;
	putBytes: (
		bucket: string,
		key: string,
		bytes: Uint8Array | string,
		contentType?: string,
	) => Promise<void>;
	/** Undefined for a key that is not there. */
	read: (bucket: string, key: string) => Promise<Buffer | undefined>;
	/** In the order of their UTF-8 bytes. */
	keys: (bucket: string, prefix?: string) => string[];
	/** Ends every connection and waits for what was under way. */
	close: () => Promise<void>;
}

export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
	const { folder, accessKey, secretKey, region = 'us-east-1', tls, now = Date.now } = options;
	const store = new Store(folder, now);
	for (const bucket of options.buckets) if (!store.hasBucket(bucket)) store.createBucket(bucket);
	const faults = new Faults();
	const users = new Users({ accessKey, secretKey });
	const publicReads = new PublicReads();
	const calls = new KeptCalls<ObjectStoreCall>(options.callsKept ?? Infinity);
	const traffic = new TrafficCounter();
	let heedsWriteConditions = true;
	const server = await listen(
		{
			store,
			faults,
			now,
			uploads: new Uploads(),
			region,
			users,
			publicReads,
			traffic,
			heedsWriteConditions: () => heedsWriteConditions,
			record: (call) => {
				calls.add(call);
			},
		},
		options,
	);
	return {
		url: `${tls ? 'https' : 'http'}://${HOST}:${String(server.port)}`,
		endPoint: HOST,
		port: server.port,
		useSSL: tls !== undefined,
		accessKey,
		secretKey,
		get buckets() {
			return store.buckets().map(({ name }) => name);
		},
		calls: () => calls.list(),
		clearCalls: () => {
			calls.clear();
		},
		fault: (fault) => {
			faults.plant(fault);
		},
		clearFaults: () => {
			faults.clear();
		},
		deny: (...denials) => {
			users.own.policy.set(denials);
		},
		addUser: (keys, denials) => {
			users.add(keys, denials);
		},
		publish: (bucket, keys) => {
			publicReads.grant(bucket, keys);
		},
		heedWriteConditions: (heeds) => {
			heedsWriteConditions = heeds;
		},
		traffic: () => traffic.report(),
		clearTraffic: () => {
			traffic.clear();
		},
		...openBackDoor(store),
		close: server.close,
	};
}

interface RunningServer {
	port: number;
	close: () => Promise<void>;
}

async function listen(
	{ traffic, ...service }: Omit<Service, 'closing'> & { traffic: TrafficCounter },
	{ port = 0, tls }: ObjectStoreOptions,
): Promise<RunningServer> {
	const closing = new AbortController();
	const underWay = new Set<Promise<void>>();
	const listener: http.RequestListener = (incoming, response) => {
		countIn(traffic, incoming, response);
		const served = serve({ ...service, closing: closing.signal }, incoming, response)
			.catch(() => response.destroy())
			.then(() => void underWay.delete(served));
		underWay.add(served);
	};
	const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
	// Slow uploads may take their time, and no idle connection ends just as a client reuses it.
	server.requestTimeout = 0;
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(port, HOST, resolve);
	});
	return {
		port: addressOf(server).port,
		close: async () => {
			closing.abort();
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await Promise.all([closed, ...underWay]);
		},
	};
}

function countIn(
	traffic: TrafficCounter,
	{ method = '', url = '/' }: http.IncomingMessage,
	response: http.ServerResponse,
): void {
	const what = /^\/[^/?]+\/[^?]/.test(url) ? 'object' : 'bucket';
	for (const name of ['all', `${method} ${what}`]) response.once('close', traffic.enter(name));
}

function addressOf(server: http.Server | https.Server): AddressInfo {
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The store has no port');
	return address;
}

/** Ways in and out that need no HTTP, to prepare tests and to look at what they left. */
function openBackDoor(store: Store): Pick<ObjectStore, 'putFile' | 'putBytes' | 'read' | 'keys'> {
	const put = async (bucket: string, key: string, content: Readable, contentType?: string) => {
		await store.put(bucket, key, async (path) => {
			const { sizeBytes, md5Hex } = await writeFile(content, path);
			const headers = { 'content-type': contentType ?? 'binary/octet-stream' };
			return { sizeBytes, etag: md5Hex, headers };
		});
	};
	return {
		putFile: async (bucket, key, path, contentType) => {
			await put(bucket, key, fs.createReadStream(path), contentType);
		},
		putBytes: async (bucket, key, bytes, contentType) => {
			await put(bucket, key, Readable.from([Buffer.from(bytes)]), contentType);
		},
		read: async (bucket, key) => {
			return store.find(bucket, key) && (await buffer(store.read(bucket, key)));
		},
		keys: (bucket, prefix = '') => store.keys(bucket).filter((key) => key.startsWith(prefix)),
	};
}
