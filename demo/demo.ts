import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { IDataObject } from 'n8n-workflow';
import * as z from 'zod/v4';
import { seedExamples } from '../standin/seedExamples';
import { startStandIn, type StandIn, type StandInAddress } from '../standin/standin';
import { buildIfNeeded } from './build';
import type { Credentials } from './engine';
import { showProgress } from './progress';
import { readWorkflow } from './workflowFile';

const ROOT = resolve(__dirname, '..');
const OUTPUT_FOLDER = join(ROOT, 'demo-output');
const EXAMPLE = join(ROOT, 'examples', 'generate-avatar.json');
const NODE_NAME = 'Wan Avatar';

/** A minute of cold start and two of work, a hundred times faster. */
const TIMES = { coldStartMs: 60_000, runMs: 120_000, timeFactor: 0.01 };

async function main(): Promise<void> {
	const { keep } = parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values;
	if (await buildIfNeeded(ROOT)) say('Built the package.');
	const standIn = await startStandIn(TIMES);
	try {
		await seedExamples(standIn);
		const output = await runExample(standIn);
		await saveFiles(output);
		printTable(output);
		if (keep) await waitHere(standIn.address());
	} finally {
		await standIn.close();
	}
}

/** Runs the example workflow in n8n's engine, with the built package loaded as n8n loads it at its start. */
async function runExample(standIn: StandIn): Promise<IDataObject> {
	const userFolder = mkdtempSync(join(tmpdir(), 'wan-avatar-demo-'));
	// n8n-core reads these when it is loaded.
	process.env.N8N_USER_FOLDER = userFolder;
	process.env.N8N_ENCRYPTION_KEY ??= randomUUID();
	process.env.N8N_LOG_LEVEL ??= 'silent';
	const progress = showProgress(standIn.queue);
	try {
		const { startEngine } = await import('./engine');
		const credentials = credentialsOf(standIn.address());
		const engine = await startEngine({ folder: ROOT, loading: 'lazy', credentials });
		const { error, items } = await engine.run(readWorkflow(EXAMPLE));
		if (error) throw error;
		const [item] = items(NODE_NAME);
		if (!item) throw new Error('The workflow gave no item');
		return item.json;
	} finally {
		progress.stop();
		rmSync(userFolder, { recursive: true, force: true });
	}
}

function credentialsOf({ runpod, minio }: StandInAddress): Credentials {
	return {
		runPodApi: {
			apiKey: runpod.apiKey,
			endpointId: runpod.endpointId,
			queueBaseUrl: runpod.baseUrl,
			managementBaseUrl: runpod.managementBaseUrl,
		},
		minioApi: {
			endpoint: `${minio.endPoint}:${String(minio.port)}`,
			useSSL: minio.useSSL,
			accessKey: minio.accessKey,
			secretKey: minio.secretKey,
			bucket: minio.bucket,
		},
	};
}

const links = z.looseObject({ video_url: z.url(), thumbnail_url: z.url() });

async function saveFiles(output: IDataObject): Promise<void> {
	const { video_url, thumbnail_url } = links.parse(output);
	mkdirSync(OUTPUT_FOLDER, { recursive: true });
	await save(video_url, 'idle.mp4');
	await save(thumbnail_url, 'thumb.jpg');
	say(`Saved demo-output/idle.mp4 and demo-output/thumb.jpg.`);
}

async function save(url: string, name: string): Promise<void> {
	const answer = await fetch(url);
	if (!answer.ok || !answer.body) throw new Error(`HTTP ${String(answer.status)} for ${name}`);
	await writeFile(join(OUTPUT_FOLDER, name), answer.body);
}

function printTable(output: IDataObject): void {
	const width = Math.max(...Object.keys(output).map((name) => name.length));
	const rows = Object.entries(output).map(
		([name, value]) =>
			`${name.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`,
	);
	say(['', 'Output of the node', ...rows, ''].join('\n'));
}

/** Leaves the servers up until Ctrl+C, and says how to use them from an n8n of one's own. */
async function waitHere({ runpod, minio }: StandInAddress): Promise<void> {
	say(`
The servers stay up. To use them from an n8n on this machine:

  Credential "RunPod API"
    API Key             ${runpod.apiKey}
    Endpoint ID         ${runpod.endpointId}
    Queue API Base URL  ${runpod.baseUrl}
    Management API Base URL  ${runpod.managementBaseUrl}
  Credential "MinIO API"
    Endpoint            ${minio.endPoint}:${String(minio.port)}
    Use SSL             off
    Access Key          ${minio.accessKey}
    Secret Key          ${minio.secretKey}
    Bucket              ${minio.bucket}
  Node "Wan Avatar"
    Portrait            input-avatars/portrait.png
    Driving Video       sitting-woman/driving-video.mp4

Stop with Ctrl+C.`);
	await new Promise<void>((stop) => {
		process.once('SIGINT', stop).once('SIGTERM', stop);
	});
}

function say(text: string): void {
	console.log(text);
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
