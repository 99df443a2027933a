import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as z from 'zod/v4';
import type { Engine } from '../../demo/engine';
import { workflowOf } from '../nodes/WanAvatar/engine/rig';
import { sampleForm, withEngine } from './run';
import { startStandInProcess } from './standinProcess';

/** Thousands of items with MinIO in one run, and a look at up to six thousand jobs at once: memory, lag, RunPod's limits. */
const ITEMS = Number(process.argv[2] ?? 10_000);
const LOOKS = Math.min(6000, ITEMS);
const PARALLEL = 200;
const MEGABYTE = 1024 * 1024;
const AIMS = { growthMb: 500, lagMs: 100 };

interface Measured {
	wallSeconds: number;
	growthMb: number;
	/** At the 99th percentile, and the longest. */
	lagMs: number;
	maxLagMs: number;
	good: number;
	jobIds: unknown[];
}

async function measure(
	engine: Engine,
	form: Parameters<typeof workflowOf>[0],
	items: object[],
	executionId: string,
): Promise<Measured> {
	global.gc?.();
	const idleMb = process.memoryUsage().rss / MEGABYTE;
	let peakMb = idleMb;
	const watch = setInterval(() => {
		peakMb = Math.max(peakMb, process.memoryUsage().rss / MEGABYTE);
	}, 100);
	const lag = monitorEventLoopDelay({ resolution: 5 });
	lag.enable();
	const startMs = performance.now();
	const run = await engine.run(workflowOf(form, { items }), { executionId });
	const wallSeconds = (performance.now() - startMs) / 1000;
	lag.disable();
	clearInterval(watch);
	if (run.error) throw run.error;
	const results = run.items('Wan Avatar').map(({ json }) => json);
	return {
		wallSeconds,
		growthMb: peakMb - idleMb,
		lagMs: lag.percentile(99) / 1e6,
		maxLagMs: lag.max / 1e6,
		good: results.filter(({ status, size_bytes }) => status === 'COMPLETED' && size_bytes !== null)
			.length,
		jobIds: results.map(({ job_id }) => job_id),
	};
}

function tell(what: string, wanted: number, measured: Measured): void {
	const { wallSeconds, growthMb, lagMs, maxLagMs, good } = measured;
	console.log(
		`thousands: ${what}: ${String(good)} of ${String(wanted)} good, ${wallSeconds.toFixed(0)} s, ` +
			`+${growthMb.toFixed(0)} MB (aim ${String(AIMS.growthMb)}), event loop lag ${lagMs.toFixed(0)} ms at 99 % ` +
			`(aim ${String(AIMS.lagMs)}), ${maxLagMs.toFixed(0)} ms at most`,
	);
	if (good !== wanted) throw new Error(`Only ${String(good)} of ${String(wanted)} items are good`);
}

async function main(): Promise<void> {
	const flags = [
		'--fast',
		'--workers',
		String(PARALLEL),
		'--cold-start-ms',
		'0',
		'--run-ms',
		'1000',
	];
	const standIn = await startStandInProcess([...flags, '--time-factor', '1']);
	try {
		await withEngine(standIn.credentials, async (engine) => {
			// What the package loads is loaded.
			await engine.run(workflowOf(sampleForm, { items: [{ avatar: 'warm' }] }));
			const items = Array.from({ length: ITEMS }, (_, i) => ({ avatar: `a${String(i)}` }));
			const limits = { maxJobs: ITEMS, maxParallelJobs: PARALLEL };
			const made = await measure(engine, { ...sampleForm, limits }, items, 'many');
			tell(`${String(ITEMS)} items with MinIO, ${String(PARALLEL)} at a time`, ITEMS, made);

			const form = { resource: 'job', operation: 'getStatus' };
			const jobs = made.jobIds.slice(0, LOOKS).map((job_id) => ({ job_id }));
			const looked = await measure(engine, form, jobs, 'looks');
			tell(`Get Status of ${String(LOOKS)} jobs`, LOOKS, looked);
		});
	} finally {
		tellTraffic(await standIn.stop());
	}
}

const counted = z.object({ total: z.number(), mostIn10s: z.number(), mostAtOnce: z.number() });
const traffic = z.object({
	queue: z.record(z.string(), counted),
	storage: z.record(z.string(), counted),
});

/** RunPod's own limits of an endpoint (docs: send-requests, rate limits). */
const RUNPOD_LIMITS = [
	{ route: 'run', in10s: 1000, atOnce: 200 },
	{ route: 'status', in10s: 2000, atOnce: 400 },
];

function tellTraffic(said: unknown): void {
	const { queue, storage } = traffic.parse(said);
	for (const [name, { total, mostIn10s, mostAtOnce }] of Object.entries({ ...queue, ...storage }))
		console.log(
			`thousands: ${name}: ${String(total)} requests, ${String(mostIn10s)} in 10 s and ${String(mostAtOnce)} at once at most`,
		);
	for (const { route, in10s, atOnce } of RUNPOD_LIMITS) {
		const seen = Object.entries(queue).find(([name]) => name.split(' ').includes(route))?.[1];
		if (!seen) throw new Error(`The stand-in counted no ${route}`);
		if (seen.mostIn10s > in10s || seen.mostAtOnce > atOnce)
			throw new Error(`More ${route} requests than RunPod takes`);
	}
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
