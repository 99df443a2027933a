import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerHandler } from '../queue/jobs/workerHandler';
import { Bucket, type BucketSettings } from './bucket';
import { runFfmpeg } from './ffmpeg';
import { defaultVideoKey, type WorkerOutput } from './worker';
import { readJobInput } from './jobInput';

export interface ReadyWorkerOptions {
	storage: BucketSettings;
	/** Holds the one video and the one picture. */
	folder: string;
	/** Puts an object into the bucket without HTTP. */
	put: (key: string, content: Buffer, contentType: string) => Promise<void>;
	linkExpirySeconds?: number;
	newerWorkerFields?: readonly string[];
}

const [width, height, fps] = [64, 64, 24];
const ONE_DAY_SECONDS = 86_400;

/** A worker for many jobs: each gets the same small video and picture, made once, and none of its inputs is read. */
export async function createReadyWorker(options: ReadyWorkerOptions): Promise<WorkerHandler> {
	const { storage, put, linkExpirySeconds = ONE_DAY_SECONDS, newerWorkerFields = [] } = options;
	const { video, picture } = await makeFiles(options.folder);
	const bucket = new Bucket(storage);
	return async (job): Promise<WorkerOutput> => {
		const input = readJobInput(job.input, newerWorkerFields);
		const key = input.outputVideoKey ?? defaultVideoKey(input, new Date());
		await put(key, video, 'video/mp4');
		const output = {
			minio_key: key,
			video_url: await bucket.presign(key, linkExpirySeconds),
			fps,
			width,
			height,
		};
		const { outputThumbnailKey } = input;
		if (outputThumbnailKey === undefined) return output;
		await put(outputThumbnailKey, picture, 'image/jpeg');
		return {
			...output,
			thumbnail_key: outputThumbnailKey,
			thumbnail_url: await bucket.presign(outputThumbnailKey, linkExpirySeconds),
		};
	};
}

async function makeFiles(folder: string): Promise<{ video: Buffer; picture: Buffer }> {
	await mkdir(folder, { recursive: true });
	const [video, picture] = [join(folder, 'ready.mp4'), join(folder, 'ready.jpg')];
	const source = `color=c=gray:s=${String(width)}x${String(height)}:r=${String(fps)}:d=0.25`;
	const from = ['-f', 'lavfi', '-i', source];
	const signal = new AbortController().signal;
	const mp4 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
	await runFfmpeg([...from, ...mp4, video], signal);
	await runFfmpeg([...from, '-frames:v', '1', picture], signal);
	return { video: await readFile(video), picture: await readFile(picture) };
}
