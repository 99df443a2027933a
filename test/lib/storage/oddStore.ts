import { expect } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import { createBucket } from '../../../lib/storage/objects/createBucket';
import { parseStorageSettings } from '../../../lib/storage/client/minioCredential';
import { clock } from '../../storage/server/clock';

export const SILENCE_MS = 300;
export const WHOLE_MS = 900;
/** For what must not be cut, on a machine that may be busy. */
export const PATIENT = { silenceMs: 20_000, wholeMs: 20_000 };

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface BucketOptions {
	signal?: AbortSignal;
	silenceMs?: number;
	wholeMs?: number;
}

/** A server that answers as each test wants, and buckets with short limits in front of it. */
export interface OddStore {
	handler: Handler;
	/** Requests that are neither answered nor cut. */
	open: number;
	connections: number;
	bucketWith: (options?: BucketOptions) => Bucket;
	close: () => void;
}

export async function startOddStore(): Promise<OddStore> {
	const server = createServer((request, response) => {
		store.open++;
		response.once('close', () => store.open--);
		store.handler(request, response);
	});
	server.on('connection', () => store.connections++);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	const settings = parseStorageSettings({
		endpoint: `http://127.0.0.1:${String(port)}`,
		accessKey: 'access',
		secretKey: 'secret-key',
		bucket: 'avatars',
	});
	const store: OddStore = {
		handler: silent,
		open: 0,
		connections: 0,
		bucketWith: ({ signal, silenceMs = SILENCE_MS, wholeMs = WHOLE_MS } = {}) => {
			const limits = { silenceMs, wholeMs, perMegabyteMs: 100 };
			return createBucket(settings, clock, { signal, limits });
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
	return store;
}

export const facts = { etag: '"abc"', 'last-modified': new Date(0).toUTCString() };

/** A HEAD that is answered, and what comes of a GET. */
export function objectOf(sizeBytes: number, get: Handler): Handler {
	return (request, response) => {
		if (request.method === 'GET') get(request, response);
		else response.writeHead(200, { ...facts, 'content-length': sizeBytes }).end();
	};
}

export const silent: Handler = () => undefined;
/** One byte after the other, which is no silence. */
export const dripping: Handler = (_request, response) => {
	response.writeHead(200, { ...facts, 'content-type': 'application/xml' });
	const timer = setInterval(() => response.write(' '), 50);
	response.once('close', () => {
		clearInterval(timer);
	});
};

/** Nothing of a request may be left open once it has ended. */
export async function untilClosed(store: OddStore): Promise<void> {
	for (let tries = 0; tries < 100 && store.open > 0; tries++) await delay(10);
	expect(store.open).toBe(0);
}
