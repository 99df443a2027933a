import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod/v4';
import { startEngine } from '../../../../demo/engine';
import { workflowOf } from './rig';

const locator = z.object({ __rl: z.literal(true), mode: z.string(), value: z.string() });
const options = z.record(z.string(), z.union([z.number(), z.boolean()]));

const order = z.object({
	credentials: z.record(z.string(), z.record(z.string(), z.string())),
	parameters: z.record(z.string(), z.union([z.string(), locator, options])),
	files: z.record(z.string(), z.string()).default({}),
	count: z.number(),
});

const INTERVAL_MS = 5;

/** One execution in a process of its own, to be measured: reads its order from a file, prints what it took. */
async function main(): Promise<void> {
	const file: unknown = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
	const { credentials, parameters, files, count } = order.parse(file);
	const engine = await startEngine({ folder: resolve('.'), loading: 'lazy', credentials });
	const avatars = (prefix: string, length: number) =>
		Array.from({ length }, (_, i) => ({ avatar: `${prefix}${String(i)}` }));
	// What is loaded on first use is not part of what is measured.
	await engine.run(workflowOf(parameters, { items: avatars('warm', 1), files }));

	const idleBytes = process.memoryUsage.rss();
	const lags: number[] = [];
	let peakBytes = idleBytes;
	let lastMs = performance.now();
	let lastCpuMs = cpuMs();
	const watch = setInterval(() => {
		const nowMs = performance.now();
		// On a busy machine a timer is late for reasons that are not this process's.
		lags.push(Math.min(nowMs - lastMs - INTERVAL_MS, cpuMs() - lastCpuMs));
		lastMs = nowMs;
		lastCpuMs = cpuMs();
		peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
	}, INTERVAL_MS);
	const startMs = performance.now();
	const { error, items } = await engine.run(
		workflowOf(parameters, { items: avatars('a', count), files }),
	);
	const elapsedMs = performance.now() - startMs;
	clearInterval(watch);
	const facts = {
		error: error?.message ?? null,
		goodCount: items('Wan Avatar').filter(({ json }) => !('error' in json)).length,
		growthBytes: peakBytes - idleBytes,
		lagMs: weightedPercentile(lags, 0.99),
		elapsedMs,
	};
	console.log(JSON.stringify(facts));
}

function cpuMs(): number {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
}

/** Each value weighted by its own length: how long the longest waits were that make up the last share of all waiting. */
function weightedPercentile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => b - a);
	const total = sorted.reduce((sum, value) => sum + Math.max(value, 0), 0);
	let above = 0;
	return sorted.find((value) => (above += value) >= total * (1 - share)) ?? 0;
}

void main().then(() => process.exit(0));
