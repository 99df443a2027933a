import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installN8n } from '../../demo/n8n/install';
import { startN8n } from '../../demo/n8n/n8n';
import { installPackage } from '../../demo/n8n/package';
import { cpuTimeMs } from './peers/processFacts';

const STARTS = 5;
const AIM_MS = 150;

/** One start: the time until the editor is there, and what it cost in processor time, which other work disturbs less. */
interface Start {
	wallMs: number;
	cpuMs: number;
}

/** How much longer the whole n8n takes to start with the package in it: two figures, of which the smaller one counts. */
async function main(): Promise<void> {
	const n8nFolder = await installN8n({ say: console.log });
	const scratch = await mkdtemp(join(tmpdir(), 'wan-avatar-start-'));
	try {
		const plain = join(scratch, 'plain');
		const withPackage = join(scratch, 'package');
		await Promise.all([mkdir(plain), mkdir(withPackage)]);
		await installPackage(withPackage);
		// The first start of each makes its database.
		await start(n8nFolder, plain);
		await start(n8nFolder, withPackage);
		const plainStarts: Start[] = [];
		const packageStarts: Start[] = [];
		// In turns, so that a noisy machine is noisy for both.
		for (let i = 0; i < STARTS; i++) {
			plainStarts.push(await start(n8nFolder, plain));
			packageStarts.push(await start(n8nFolder, withPackage));
		}
		compare('Until the editor is there', 'wallMs', plainStarts, packageStarts);
		compare('Processor time', 'cpuMs', plainStarts, packageStarts);
	} finally {
		await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
	}
}

async function start(n8nFolder: string, userFolder: string): Promise<Start> {
	const n8n = await startN8n({ n8nFolder, userFolder });
	const cpuMs = cpuTimeMs(n8n.pid);
	await n8n.close();
	return { wallMs: n8n.startMs, cpuMs };
}

function compare(title: string, what: keyof Start, plain: Start[], withPackage: Start[]): void {
	const without = plain.map((one) => one[what]);
	const having = withPackage.map((one) => one[what]);
	const extraMs = median(having) - median(without);
	console.log(`${title}, median of ${String(STARTS)} in ms
  without the package  ${String(median(without))}  (${without.join(', ')})
  with the package     ${String(median(having))}  (${having.join(', ')})
  difference           ${String(extraMs)}  (aim: at most ${String(AIM_MS)})`);
}

function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
