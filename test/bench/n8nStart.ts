import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installN8n } from '../../demo/n8n/install';
import { startN8n } from '../../demo/n8n/n8n';
import { installPackage } from '../../demo/n8n/package';

const STARTS = 5;
const MAX_EXTRA_MS = 150;

/** How much longer the whole n8n takes to start with the package in it; more than 150 ms (medians) is a failure. */
async function main(): Promise<void> {
	const n8nFolder = await installN8n({ say: console.log });
	const scratch = await mkdtemp(join(tmpdir(), 'wan-avatar-start-'));
	try {
		const plain = join(scratch, 'plain');
		const withPackage = join(scratch, 'package');
		await Promise.all([mkdir(plain), mkdir(withPackage)]);
		await installPackage(withPackage);
		const start = async (userFolder: string) => {
			const n8n = await startN8n({ n8nFolder, userFolder });
			await n8n.close();
			return n8n.startMs;
		};
		// The first start of each makes its database.
		await start(plain);
		await start(withPackage);
		const times = { plain: [] as number[], withPackage: [] as number[] };
		// In turns, so that a noisy machine is noisy for both.
		for (let i = 0; i < STARTS; i++) {
			times.plain.push(await start(plain));
			times.withPackage.push(await start(withPackage));
		}
		report(times);
	} finally {
		await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
	}
}

function report({ plain, withPackage }: { plain: number[]; withPackage: number[] }): void {
	const extraMs = median(withPackage) - median(plain);
	console.log(`n8n without the package  ${String(median(plain))} ms  (${plain.join(', ')})`);
	console.log(
		`n8n with the package     ${String(median(withPackage))} ms  (${withPackage.join(', ')})`,
	);
	console.log(`Difference of medians    ${String(extraMs)} ms  (at most ${String(MAX_EXTRA_MS)})`);
	if (extraMs > MAX_EXTRA_MS) process.exitCode = 1;
}

function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
