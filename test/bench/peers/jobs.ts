import { parseArgs } from 'node:util';
import * as z from 'zod/v4';
import type { Named, NewCredential } from '../../../demo/n8n/rest';
import { standInCredentials } from '../../../demo/n8n/services';
import { generateStep, type Step } from '../../n8n/avatarWorkflow';
import { addRow, type PeerFigure } from '../rows';
import { startStandInProcess } from '../standinProcess';
import { startMeasuredN8n, type MeasuredN8n, type MeasuredRun } from './measuredN8n';
import { startOpenAiServer } from './openAiServer';
import { PEERS } from './versions';

/** Many jobs in one execution of the whole n8n, beside its own node for videos: how much longer than the longest job. */
const FULL = { runMs: 25_000, sizes: [1, 5, 50, 500, 1000], peerSizes: [1, 5] };
/** For a short look, without an aim: what does not grow with the jobs weighs more, and the peer's interval most of all. */
const QUICK = { runMs: 5000, sizes: [1, 5, 50], peerSizes: [1] };
const AIM = 1.1;
const MANY = { jobs: 1000, lagMs: 100 };

interface Measured {
	/** Of the wall clock to the longest job. */
	ratio: number;
	run: MeasuredRun;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { quick: { type: 'boolean', default: false }, sizes: { type: 'string' } },
	});
	const plan = values.quick ? QUICK : FULL;
	const sizes = values.sizes?.split(',').map(Number) ?? plan.sizes;
	const standIn = await startStandInProcess(standInFlags(plan.runMs, Math.max(...sizes)));
	const server = await startOpenAiServer(plan.runMs);
	const credentials = new Map<string, Named>();
	const n8n = await startMeasuredN8n(credentials);
	try {
		const known = [...standInCredentials(standIn.address), openAiCredential(server.baseUrl)];
		for (const one of known) credentials.set(one.type, await n8n.rest.saveCredential(one));
		for (const count of sizes) {
			const ours = await measureOurs(n8n, count);
			const isPeered = plan.peerSizes.includes(count);
			const peer = isPeered ? await measurePeer(n8n, credentials, plan.runMs, count) : undefined;
			tellJobs(count, plan.runMs, ours, peer);
			if (count === MANY.jobs) tellMany(ours);
		}
	} finally {
		await n8n.close();
		server.close();
		await standIn.stop();
	}
}

function standInFlags(runMs: number, workers: number): string[] {
	const times = ['--cold-start-ms', '0', '--run-ms', String(runMs), '--time-factor', '1'];
	return ['--fast', '--workers', String(workers), ...times];
}

function openAiCredential(url: string): NewCredential {
	return { name: 'OpenAI account', type: 'openAiApi', data: { apiKey: 'sk-bench', url } };
}

const jobFacts = z.object({
	status: z.literal('COMPLETED'),
	submitted_at: z.iso.datetime(),
	delay_time_ms: z.number(),
	execution_time_ms: z.number(),
});

async function measureOurs(n8n: MeasuredN8n, count: number): Promise<Measured & { note: string }> {
	const limits = { maxJobs: count, maxParallelJobs: count };
	const run = await n8n.run(count, generateStep({ limits }));
	const jobs = z.array(jobFacts).length(count).parse(run.items);
	const longestMs = Math.max(...jobs.map(({ execution_time_ms }) => execution_time_ms));
	const sentMs = jobs.map(({ submitted_at }) => Date.parse(submitted_at) - run.startMs);
	const endedMs = jobs.map(
		({ delay_time_ms, execution_time_ms }, i) =>
			(sentMs[i] ?? 0) + delay_time_ms + execution_time_ms,
	);
	const lateMs = run.wallMs - Math.max(...endedMs);
	const { cpuMs, sockets, lag } = run;
	const note = `the last job was sent after ${seconds(Math.max(...sentMs))} and ended ${seconds(lateMs)} before the execution, with ${seconds(cpuMs)} of n8n's processor time`;
	console.log(
		`jobs: ${String(count)}: ${note}, ${String(sockets)} sockets, ` +
			`lag ${lag.p99Ms.toFixed(0)} ms at 99 %, ${lag.maxMs.toFixed(0)} ms at most`,
	);
	return { ratio: run.wallMs / longestMs, run, note };
}

function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

async function measurePeer(
	n8n: MeasuredN8n,
	credentials: ReadonlyMap<string, Named>,
	runMs: number,
	count: number,
): Promise<Measured> {
	const step: Step = {
		name: 'OpenAI',
		type: `${PEERS.openAi.package}.openAi`,
		typeVersion: 2.3,
		parameters: {
			resource: 'video',
			operation: 'generate',
			modelId: { __rl: true, mode: 'id', value: 'sora-2' },
			prompt: '=Portrait {{ $json.avatar_id }} moves as in the video',
			seconds: 4,
			size: '1280x720',
			options: {},
		},
		settings: { credentials: { openAiApi: credentials.get('openAiApi') } },
	};
	const run = await n8n.run(count, step);
	if (run.items.length !== count) throw new Error(`${String(run.items.length)} items came`);
	return { ratio: run.wallMs / runMs, run };
}

function tellJobs(
	count: number,
	runMs: number,
	ours: Measured & { note: string },
	peer: Measured | undefined,
): void {
	const { name, version } = PEERS.openAi;
	const peers: PeerFigure[] = peer ? [{ name, version, value: peer.ratio }] : [];
	addRow({
		measure: 'jobs',
		what: `${count.toLocaleString('en')} ${count === 1 ? 'job' : 'jobs'} of ${String(runMs / 1000)} s: wall clock over the longest job`,
		value: ours.ratio,
		unit: 'x',
		peers,
		...(peer ? {} : { noPeer: 'It makes one after another: each job takes as long again.' }),
		...(runMs === FULL.runMs ? { aim: { most: AIM } } : {}),
		note: ours.note,
		points: [
			{ panel: 'jobs', series: 'Wan Avatar', x: count, y: ours.ratio },
			...(peer ? [{ panel: 'jobs' as const, series: name, x: count, y: peer.ratio }] : []),
		],
	});
}

const NOBODY = 'No other node makes so many jobs at once.';

function tellMany({ run }: Measured): void {
	const measure = 'thousand items' as const;
	const lag = `event loop lag, 99 % (at most ${run.lag.maxMs.toFixed(0)} ms)`;
	const aim = { most: MANY.lagMs };
	addRow({ measure, what: lag, value: run.lag.p99Ms, unit: 'ms', aim, noPeer: NOBODY });
	const cpuMs = run.cpuMs / MANY.jobs;
	addRow({ measure, what: 'processor time a job', value: cpuMs, unit: 'ms', noPeer: NOBODY });
	const what = 'sockets open at most';
	addRow({ measure, what, value: run.sockets, unit: 'sockets', noPeer: NOBODY });
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
