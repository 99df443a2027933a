import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installN8n } from '../../../../demo/n8n/install';
import { installPeer, packageFolder, refusal } from '../install';
import { PEERS, type Peer } from '../versions';
import { CARRIERS, type CarrierName, type Direction } from './carriers';
import { sha256Of, sha256OfFile, writeLargeVideo } from './largeFile';
import { startServers, type Servers } from './place';
import { addFileRows, type Carried } from './rows';
import { FAILED, transferred, type Task } from './task';

const isQuick = process.argv.includes('--quick');
const SIZE_MB = isQuick ? 100 : 500;
const ALL: readonly CarrierName[] = ['generate', 'template', 'awsS3', 'minio', 'minioWinth'];
const QUICK: readonly CarrierName[] = ['generate', 'template', 'minioWinth'];
const LIMIT_MS = 180_000;

/** Files of 500 MB into a real object store and back, by this package and by what people would pick for it. */
async function main(): Promise<void> {
	const scratch = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-files-'));
	try {
		const file = join(scratch, 'large.mp4');
		await writeLargeVideo(file, SIZE_MB * 1024 * 1024);
		const sha256 = await sha256OfFile(file);
		const servers = await startServers(file);
		try {
			const carried: Carried[] = [];
			for (const name of isQuick ? QUICK : ALL)
				for (const direction of ['up', 'down'] as const)
					carried.push(await carryOnce({ name, direction, file, sha256 }, servers));
			if (!addFileRows(carried, SIZE_MB)) process.exitCode = 1;
		} finally {
			await servers.stop();
		}
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

interface Errand {
	name: CarrierName;
	direction: Direction;
	file: string;
	sha256: string;
}

async function carryOnce(errand: Errand, servers: Servers): Promise<Carried> {
	const { name, direction } = errand;
	try {
		const folders = await foldersOf(name);
		return { name, direction, ...(await carry(errand, folders, servers)) };
	} catch (error) {
		return { name, direction, why: wordsOf(error) };
	}
}

async function carry(
	{ name, direction, file, sha256 }: Errand,
	folders: string[],
	servers: Servers,
): Promise<{ grownMb: number; mbPerSecond: number; processorSeconds: number }> {
	const { place, client, largeKey, smallKey } = servers;
	const { bucket } = place.store;
	const isResult = direction === 'down' && name === 'generate';
	const isStored = direction === 'down' && !isResult;
	const task: Task = {
		carrier: name,
		direction,
		place,
		file,
		key: isStored ? largeKey : `bench/${name}/large.mp4`,
		smallKey: isStored ? smallKey : `bench/${name}/small.mp4`,
		folders,
	};
	const { grownMb, nodesMs, processorMs, endedAtMs, ...down } = await runAlone(
		task,
		servers.caFile,
	);
	let arrived = down.sha256;
	if (direction === 'up') {
		const key = CARRIERS[name].keyOf(task.key, sha256);
		arrived = await sha256Of(await client.getObject(bucket, key));
		await client.removeObject(bucket, key);
	}
	if (arrived !== sha256) throw new Error('other bytes arrived than were sent');
	// The job is no part of the way of its file.
	const carriedMs = isResult ? endedAtMs - servers.completedAtMs() : nodesMs;
	const processorSeconds = processorMs / 1000;
	return { grownMb, mbPerSecond: SIZE_MB / (carriedMs / 1000), processorSeconds };
}

async function runAlone(task: Task, caFile: string) {
	const script = ['--import', 'tsx', 'test/bench/peers/files/transfer.ts', JSON.stringify(task)];
	const env = {
		...process.env,
		NODE_EXTRA_CA_CERTS: resolve(caFile),
		// Where the packages of peers find n8n-workflow.
		NODE_PATH: resolve('node_modules'),
	};
	const running = promisify(execFile)(process.execPath, script, { env, timeout: LIMIT_MS });
	const { stdout } = await running;
	return transferred.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

async function foldersOf(name: CarrierName): Promise<string[]> {
	const { peer, helpers = [] } = CARRIERS[name];
	const folders: string[] = [];
	for (const one of peer ? [peer, ...helpers] : []) folders.push(await folderOf(one));
	return folders;
}

async function folderOf(peer: Peer): Promise<string> {
	const isOfN8n = peer.package === PEERS.awsS3.package;
	try {
		const installed = isOfN8n ? await installN8n({ say: tell }) : await installPeer(peer);
		return packageFolder(installed, peer.package);
	} catch (error) {
		throw new Error(refusal(error), { cause: error });
	}
}

function tell(text: string): void {
	process.stderr.write(`${text}\n`);
}

/** The words of a process that failed, or of this one's own error. */
function wordsOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const said = 'stderr' in error ? String(error.stderr) : '';
	if (said === '') return error.message;
	tell(said);
	const last = said.split('\n').findLast((line) => line.startsWith(FAILED));
	return last?.slice(FAILED.length) ?? 'its process ended, or took too long';
}

void main().then(
	() => process.exit(),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
