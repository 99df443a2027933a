import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { addRow, type PeerFigure } from '../rows';
import {
	classFiles,
	installPeer,
	OWN_NAME,
	packageFolder,
	refusal,
	sizeOf,
	withOwnInstall,
} from './install';
import { PEERS, type Peer } from './versions';

const RUNS = 15;
const AIM_MS = 5;
const BESIDE: readonly Peer[] = [PEERS.heyGen, PEERS.fal, PEERS.minio, PEERS.minioWinth];
/** npm is asked for one package alone, which is small. */
const QUICK: readonly Peer[] = [PEERS.minio];

const WHY_LARGE =
	'The MinIO client, undici, zod and the program that deploys are inside, so that nothing is installed along; HeyGen has none of them';

const EMPTY = `const { NodeConnectionTypes } = require('n8n-workflow');
exports.Empty = class { description = { displayName: 'Empty', inputs: [NodeConnectionTypes.Main] }; };`;

/** What a package costs before it does anything; why there are no figures of one that cannot be had. */
type Weight =
	| { peer: Peer; why: string }
	| { peer: Peer; why?: undefined; loadMs: number; bytes: number; packages: number };

type Weighed = Pick<Extract<Weight, { loadMs: number }>, 'loadMs' | 'bytes' | 'packages'>;

/** How much longer the classes of each package take to load than an empty node, and what npm unpacks of it. */
async function main(): Promise<void> {
	const emptyMs = emptyLoadMs();
	const own = await withOwnInstall(async (folder) => await weigh(folder, OWN_NAME, emptyMs));
	const peers: Weight[] = [];
	for (const peer of process.argv.includes('--quick') ? QUICK : BESIDE)
		peers.push(await weighPeer(peer, emptyMs));

	const most = (valueOf: (weighed: Weighed) => number) =>
		Math.min(...peers.flatMap((one) => (one.why === undefined ? [valueOf(one)] : [])));
	const figures = (valueOf: (weighed: Weighed) => number) =>
		peers.map((one) => figureOf(one, valueOf));
	const loadMs = ({ loadMs: ms }: Weighed) => ms;
	const size = ({ bytes }: Weighed) => bytes / 1_000_000;
	const packages = (weighed: Weighed) => weighed.packages;
	addRow({
		measure: 'load',
		what: `loading node and credential classes, over an empty node (median of ${String(RUNS)})`,
		value: own.loadMs,
		unit: 'ms',
		peers: figures(loadMs),
		aim: { most: Math.min(AIM_MS, Math.max(most(loadMs), 0)) },
	});
	addRow({
		measure: 'size',
		what: 'installed, with all that npm installs along',
		value: size(own),
		unit: 'MB',
		peers: figures(size),
		aim: { most: most(size) },
		note: WHY_LARGE,
	});
	addRow({
		measure: 'size',
		what: 'packages installed',
		value: own.packages,
		unit: 'packages',
		peers: figures(packages),
		aim: { most: most(packages) },
	});
}

async function weighPeer(peer: Peer, emptyMs: number): Promise<Weight> {
	try {
		return { peer, ...(await weigh(await installPeer(peer), peer.package, emptyMs)) };
	} catch (error) {
		return { peer, why: refusal(error) };
	}
}

async function weigh(installed: string, packageName: string, emptyMs: number): Promise<Weighed> {
	const files = await classFiles(packageFolder(installed, packageName));
	return { loadMs: medianLoadMs(files) - emptyMs, ...(await sizeOf(installed)) };
}

function figureOf(weight: Weight, valueOf: (weighed: Weighed) => number): PeerFigure {
	const { name, version } = weight.peer;
	return weight.why === undefined
		? { name, version, value: valueOf(weight) }
		: { name, version, value: null, note: weight.why };
}

function emptyLoadMs(): number {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-'));
	try {
		const file = join(folder, 'Empty.node.js');
		writeFileSync(file, EMPTY);
		return medianLoadMs([file]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function medianLoadMs(files: string[]): number {
	const times = Array.from({ length: RUNS }, () => loadMs(files)).sort((a, b) => a - b);
	return times[Math.floor(RUNS / 2)] ?? NaN;
}

/** n8n has n8n-workflow loaded already. */
function loadMs(files: string[]): number {
	const script = `
		require('n8n-workflow');
		const start = performance.now();
		for (const file of ${JSON.stringify(files)}) new (Object.values(require(file))[0])();
		console.log(performance.now() - start);`;
	const env = { ...process.env, NODE_PATH: resolve('node_modules') };
	return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env }));
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
