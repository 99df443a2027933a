import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse as parseFlatted } from 'flatted';
import * as z from 'zod/v4';
import { installN8n } from '../../../demo/n8n/install';
import { startN8n, type N8n } from '../../../demo/n8n/n8n';
import { installPackage } from '../../../demo/n8n/package';
import { OWNER } from '../../../demo/n8n/seed';
import { createChain, MANUAL, type Step } from '../../n8n/avatarWorkflow';
import { cpuTimeMs, openSockets } from './processFacts';

/** One execution, as n8n kept it, and what n8n's process did meanwhile. */
export interface MeasuredRun {
	/** From the start of the execution to its end, by n8n's own record. */
	wallMs: number;
	/** In milliseconds since 1970. */
	startMs: number;
	/** What left the last node. */
	items: Record<string, unknown>[];
	cpuMs: number;
	/** The most that were open beside those of before. */
	sockets: number;
	lag: { p99Ms: number; maxMs: number };
}

export interface MeasuredN8n {
	rest: N8n['rest'];
	/** Runs a workflow of these steps, behind one that makes so many items `{avatar_id}`. */
	run: (count: number, step: Step) => Promise<MeasuredRun>;
	close: () => Promise<void>;
}

type Saved = Parameters<typeof createChain>[0]['credentials'];

/** The whole n8n with the packed package in it, watched from outside and by a probe within. */
export async function startMeasuredN8n(credentials: Saved): Promise<MeasuredN8n> {
	const n8nFolder = await installN8n({ say: console.log });
	const userFolder = await mkdtemp(join(tmpdir(), 'wan-avatar-bench-n8n-'));
	const remove = async () => {
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5 });
	};
	const lagFile = join(userFolder, 'lag.json');
	try {
		await installPackage(userFolder);
		const probe = resolve(__dirname, 'lagProbe.cjs');
		const env = { NODE_OPTIONS: `--require ${probe}`, BENCH_LAG_FILE: lagFile };
		const n8n = await startN8n({ n8nFolder, userFolder, env });
		await n8n.rest.signIn(OWNER);
		return {
			rest: n8n.rest,
			run: async (count, step) => await measuredRun(n8n, credentials, lagFile, count, step),
			close: async () => {
				await n8n.close();
				await remove();
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}

const LOOK_MS = 250;

async function measuredRun(
	n8n: N8n,
	credentials: Saved,
	lagFile: string,
	count: number,
	step: Step,
): Promise<MeasuredRun> {
	const workflow = await createChain({ n8n, credentials }, [...itemSteps(count), step]);
	await readLag(n8n, lagFile);
	const socketsBefore = openSockets(n8n.pid);
	const cpuBeforeMs = cpuTimeMs(n8n.pid);
	let sockets = 0;
	const id = await n8n.rest.run(workflow, MANUAL);
	for (;;) {
		await delay(LOOK_MS);
		sockets = Math.max(sockets, openSockets(n8n.pid) - socketsBefore);
		// The list has no data of the execution: the question costs n8n little.
		const [execution] = await n8n.rest.executions(workflow.id);
		if (execution && !['new', 'running', 'waiting'].includes(execution.status)) break;
	}
	const cpuMs = cpuTimeMs(n8n.pid) - cpuBeforeMs;
	const lag = await readLag(n8n, lagFile);
	return { ...(await readRun(n8n, id, step.name)), cpuMs, sockets, lag };
}

/** Without the Code node, whose runner takes a second to start. */
function itemSteps(count: number): Step[] {
	const avatars = Array.from({ length: count }, (_, i) => ({
		avatar_id: `${String(count)}-${String(i)}`,
	}));
	return [
		{
			name: 'Avatars',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: JSON.stringify({ avatars }) },
		},
		{
			name: 'One Each',
			type: 'n8n-nodes-base.splitOut',
			parameters: { fieldToSplitOut: 'avatars', options: {} },
		},
	];
}

const stored = z.object({
	status: z.string(),
	startedAt: z.iso.datetime(),
	stoppedAt: z.iso.datetime(),
	data: z.string(),
});

/** @throws Error where the execution did not succeed */
async function readRun(
	{ rest }: N8n,
	id: string,
	name: string,
): Promise<Pick<MeasuredRun, 'wallMs' | 'startMs' | 'items'>> {
	const { data, status, startedAt, stoppedAt } = stored.parse(
		await rest.request('GET', `/executions/${id}`),
	);
	const output = z.array(z.object({ json: z.record(z.string(), z.unknown()) }));
	const nodeRun = z.object({ data: z.object({ main: z.tuple([output]) }).optional() });
	const whole = z.object({
		resultData: z.object({
			error: z.looseObject({ message: z.string() }).optional(),
			runData: z.record(z.string(), z.array(nodeRun)),
		}),
	});
	const flat: unknown = parseFlatted(data);
	const { error, runData } = whole.parse(flat).resultData;
	const [items] = runData[name]?.[0]?.data?.main ?? [];
	if (status !== 'success' || !items)
		throw new Error(`The execution ended as ${status}: ${error?.message ?? 'no item'}`);
	const startMs = Date.parse(startedAt);
	return {
		startMs,
		wallMs: Date.parse(stoppedAt) - startMs,
		items: items.map(({ json }) => json),
	};
}

const lagFacts = z.object({ p99Ms: z.number(), maxMs: z.number() });

/** What the probe saw since it was asked last. */
async function readLag({ pid }: N8n, file: string): Promise<MeasuredRun['lag']> {
	rmSync(file, { force: true });
	process.kill(pid, 'SIGUSR2');
	while (!existsSync(file) || readFileSync(file, 'utf8') === '') await delay(20);
	return lagFacts.parse(JSON.parse(readFileSync(file, 'utf8')));
}
