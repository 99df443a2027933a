import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { n8n } from '../../package.json';

/** How much longer our classes take to load than an empty node, with n8n-workflow there already. */
const RUNS = 15;

const EMPTY = `const { NodeConnectionTypes } = require('n8n-workflow');
exports.Empty = class { description = { displayName: 'Empty', inputs: [NodeConnectionTypes.Main] }; };`;

function main(): void {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-'));
	const empty = join(folder, 'Empty.node.js');
	writeFileSync(empty, EMPTY);
	const ours = [...n8n.nodes, ...n8n.credentials].map((file) => resolve(file));
	const emptyMs = medianLoadMs([empty]);
	const oursMs = medianLoadMs(ours);
	rmSync(folder, { recursive: true, force: true });
	console.log(
		`load: ${oursMs.toFixed(1)} ms for node and credentials, ${emptyMs.toFixed(1)} ms for an empty node, ` +
			`difference ${(oursMs - emptyMs).toFixed(1)} ms (median of ${String(RUNS)}; aim: 5)`,
	);
}

function medianLoadMs(files: string[]): number {
	const times = Array.from({ length: RUNS }, () => loadMs(files)).sort((a, b) => a - b);
	return times[Math.floor(RUNS / 2)] ?? NaN;
}

function loadMs(files: string[]): number {
	const script = `
		require('n8n-workflow');
		const start = performance.now();
		for (const file of ${JSON.stringify(files)}) new (Object.values(require(file))[0])();
		console.log(performance.now() - start);`;
	const env = { ...process.env, NODE_PATH: resolve('node_modules') };
	return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env }));
}

main();
