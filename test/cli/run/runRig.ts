import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedExamples } from '../../../standin/seedExamples';
import { startStandIn, type StandIn, type StandInOptions } from '../../../standin/standin';
import type { Environment } from '../../lib/deployment/rig';

export const PORTRAIT = 'examples/media/portrait.png';
export const DRIVING_VIDEO = 'examples/media/driving-video.mp4';
/** The inputs of a usual run, as files of this machine. */
export const FILES = ['--image', PORTRAIT, '--video', DRIVING_VIDEO];

/** A stand-in whose workers store the same small video, and a folder for what is saved. */
export interface RunRig {
	standIn: StandIn;
	folder: string;
	/** For the program: the account, and the bucket. */
	environment: Environment;
	/** The account alone. */
	withoutMinio: Environment;
	/** The states of all jobs that were ever submitted. */
	states: () => string[];
	/** Waits until the jobs have these states. */
	untilStates: (wanted: string[]) => Promise<void>;
	close: () => Promise<void>;
}

export async function startRunRig(options: StandInOptions = {}): Promise<RunRig> {
	const standIn = await startStandIn({ fast: true, ...options });
	await seedExamples(standIn);
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-run-'));
	const { runpod, minio } = standIn.address();
	const withoutMinio = {
		RUNPOD_API_KEY: runpod.apiKey,
		RUNPOD_ENDPOINT_ID: runpod.endpointId,
		RUNPOD_QUEUE_BASE_URL: runpod.baseUrl,
		RUNPOD_MANAGEMENT_BASE_URL: runpod.managementBaseUrl,
	};
	const environment = {
		...withoutMinio,
		MINIO_ENDPOINT: `${minio.endPoint}:${String(minio.port)}`,
		MINIO_ACCESS_KEY: minio.accessKey,
		MINIO_SECRET_KEY: minio.secretKey,
		MINIO_USE_SSL: 'false',
		MINIO_BUCKET: minio.bucket,
	};
	const states = () => standIn.queue.jobs().map(({ status }) => status);
	return {
		standIn,
		folder,
		environment,
		withoutMinio,
		states,
		untilStates: async (wanted) => {
			while (states().join() !== wanted.join())
				await new Promise((resolve) => setTimeout(resolve, 20));
		},
		close: async () => {
			await standIn.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
