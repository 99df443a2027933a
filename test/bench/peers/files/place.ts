import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { Client, CopyDestinationOptions, CopySourceOptions } from 'minio';
import { startQueueApi, type QueueApi } from '../../../../standin/queue/queueApi';
import { startRadosgw } from '../../../storage/server/radosgw';
import type { Place } from './carriers';
import { SAMPLE } from './largeFile';

/** Without a dot n8n's AWS S3 node goes to Amazon whatever endpoint its credential has. */
const BUCKET = 'bench.files';

/** n8n's AWS S3 node takes no other than those of Amazon from the server. */
const REGION = 'us-east-1';

/** What is there for all processes of the bench: a real object store, and a queue whose jobs give a file that is there. */
export interface Servers {
	place: Place;
	client: Client;
	caFile: string;
	/** The large file and a small one, as results. */
	largeKey: string;
	smallKey: string;
	/** When the last job was told to be completed, in milliseconds since 1970. */
	completedAtMs: () => number;
	stop: () => Promise<void>;
}

/** Starts them, with a large file and the inputs of a job in the store. */
export async function startServers(largeFile: string): Promise<Servers> {
	const radosgw = await startRadosgw({ region: REGION });
	const { tlsPort: port, accessKey, secretKey, caFile } = radosgw;
	const store = { endPoint: '127.0.0.1', port, accessKey, secretKey, bucket: BUCKET };
	const client = new Client({
		...store,
		useSSL: true,
		region: REGION,
		transportAgent: new Agent({ ca: readFileSync(caFile), keepAlive: true }),
		partSize: 8 * 1024 * 1024,
	});
	const [largeKey, smallKey] = ['source/large.mp4', 'source/small.mp4'];
	const queue = await startQueueApi({
		apiKey: 'key-of-the-bench',
		endpointId: 'endpoint1',
		// The worker's video is in the store already, and is copied there to where it is wanted.
		handler: async ({ input }) => {
			const Object = String(input.output_video_key);
			await client.copyObject(
				new CopySourceOptions({
					Bucket: BUCKET,
					Object: Object.includes('large') ? largeKey : smallKey,
				}),
				new CopyDestinationOptions({ Bucket: BUCKET, Object }),
			);
			return { minio_key: Object, video_url: null, fps: 24, width: 1280, height: 720 };
		},
	});
	const stop = async () => {
		await queue.close();
		await radosgw.stop();
	};
	try {
		await client.makeBucket(BUCKET);
		await client.fPutObject(BUCKET, 'input-avatars/portrait.png', 'examples/media/portrait.png');
		await client.fPutObject(BUCKET, 'sitting-woman/driving-video.mp4', SAMPLE);
		await client.fPutObject(BUCKET, smallKey, SAMPLE);
		await client.fPutObject(BUCKET, largeKey, largeFile);
	} catch (error) {
		await stop();
		throw error;
	}
	const { apiKey, endpointId, baseUrl } = queue;
	return {
		place: { store, runPod: { apiKey, endpointId, queueBaseUrl: baseUrl } },
		client,
		caFile,
		largeKey,
		smallKey,
		completedAtMs: () => lastLookMs(queue),
		stop,
	};
}

function lastLookMs(queue: QueueApi): number {
	return queue.calls('status').at(-1)?.at ?? NaN;
}
