import type { Engine } from '../../demo/engine';
import { workflowOf } from '../nodes/WanAvatar/engine/rig';
import { sampleForm, withEngine } from './run';
import { startStandInProcess } from './standinProcess';

/** Items of five seconds each, five at a time, and as many as there are workers: how much longer than the jobs. */
const ITEMS = 25;
const RUN_MS = 5000;
const AIM = 1.25;

async function measure(
	engine: Engine,
	maxParallelJobs: number,
): Promise<{ wallMs: number; jobMs: number }> {
	const items = Array.from({ length: ITEMS }, (_, i) => ({
		avatar: `${String(maxParallelJobs)}-${String(i)}`,
	}));
	const form = { ...sampleForm, limits: { maxParallelJobs } };
	const startMs = performance.now();
	const run = await engine.run(workflowOf(form, { items }), {
		executionId: String(maxParallelJobs),
	});
	const wallMs = performance.now() - startMs;
	if (run.error) throw run.error;
	const results = run.items('Wan Avatar').map(({ json }) => json);
	const isRight = results.every(
		({ avatar_id, minio_key }, i) =>
			avatar_id === items[i]?.avatar &&
			minio_key === `user-avatars/user_1/${String(avatar_id)}/idle.mp4`,
	);
	if (results.length !== ITEMS || !isRight)
		throw new Error('An item is missing, or in another place');
	return { wallMs, jobMs: Math.max(...results.map((json) => Number(json.execution_time_ms))) };
}

interface Case {
	workers: number;
	/** 0: automatic. */
	parallel: number;
}

const CASES: readonly Case[] = [
	{ workers: ITEMS, parallel: 5 },
	{ workers: 5, parallel: 0 },
];

async function tell({ workers, parallel }: Case): Promise<void> {
	const flags = ['--workers', String(workers), '--cold-start-ms', '0', '--time-factor', '1'];
	const standIn = await startStandInProcess([...flags, '--run-ms', String(RUN_MS)]);
	try {
		await withEngine(standIn.credentials, async (engine) => {
			// The inputs are rendered once, and what the package loads is loaded.
			await engine.run(workflowOf(sampleForm, { items: [{ avatar: 'warm' }] }));
			const { wallMs, jobMs } = await measure(engine, parallel);
			const rounds = ITEMS / Math.min(parallel || workers, workers);
			const how = parallel === 0 ? 'automatic' : `${String(parallel)} at a time`;
			console.log(
				`many: ${String(ITEMS)} items, ${how}, ${String(workers)} workers: ${(wallMs / 1000).toFixed(1)} s, ` +
					`${(wallMs / (rounds * jobMs)).toFixed(2)} x ${String(rounds)} x the longest job ` +
					`(${(jobMs / 1000).toFixed(1)} s; aim: ${String(AIM)})`,
			);
		});
	} finally {
		await standIn.stop();
	}
}

async function main(): Promise<void> {
	for (const one of CASES) await tell(one);
}

void main().then(() => process.exit(0));
