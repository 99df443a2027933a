import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INode, INodeParameters } from 'n8n-workflow';
import type { Engine, EngineRun } from '../../../../demo/engine';
import type { WorkflowFile } from '../../../../demo/workflowFile';
import { withEngine } from '../../run';
import { CARRIERS, credentialsFor, type Step } from './carriers';
import { SAMPLE, sha256Of } from './largeFile';
import { FAILED, task, type Task, type Transferred } from './task';

const MEGABYTE = 1024 * 1024;

/** Start gives one item with the file, and the nodes follow one another. */
function workflowOf(steps: readonly Step[], parameters: INodeParameters): WorkflowFile {
	const start: INode = {
		id: '0',
		name: 'Start',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters,
	};
	const nodes = steps.map((step, index): INode => ({
		id: nameOf(index),
		name: nameOf(index),
		position: [0, 0],
		...step,
	}));
	const names = ['Start', ...nodes.map(({ name }) => name)];
	const connections = Object.fromEntries(
		nodes.map(({ name }, index) => [
			names[index] ?? '',
			{ main: [[{ node: name, type: 'main' as const, index: 0 }]] },
		]),
	);
	return { name: 'bench', nodes: [start, ...nodes], connections };
}

function nameOf(index: number): string {
	return `Step ${String(index + 1)}`;
}

async function carry(engine: Engine, workflow: WorkflowFile): Promise<EngineRun> {
	const run = await engine.run(workflow, { executionId: workflow.name });
	if (run.error) throw run.error;
	return run;
}

interface Measured<T> {
	result: T;
	grownMb: number;
	processorMs: number;
}

/** What the work gives, and the most memory while it goes on, in MB, over what there was before. */
async function measured<T>(work: () => Promise<T>): Promise<Measured<T>> {
	const beforeBytes = process.memoryUsage.rss();
	let peakBytes = beforeBytes;
	const state = { isDone: false };
	const watch = async () => {
		while (!state.isDone) {
			peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
			await delay(10);
		}
	};
	const watching = watch();
	const before = process.cpuUsage();
	const result = await work();
	const { user, system } = process.cpuUsage(before);
	state.isDone = true;
	await watching;
	peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
	return {
		result,
		grownMb: (peakBytes - beforeBytes) / MEGABYTE,
		processorMs: (user + system) / 1000,
	};
}

/** Brings a file into n8n by a copy on the disk, which leaves no garbage that growth would hide in. */
async function putIntoN8n(path: string): Promise<INodeParameters> {
	const executionOfFile = { type: 'execution', workflowId: '1', executionId: 'files' } as const;
	const data = await Container.get(BinaryDataService).copyBinaryFile(
		executionOfFile,
		{ data: '', mimeType: 'application/octet-stream', fileName: basename(path) },
		path,
	);
	return { stored: JSON.stringify({ data }) };
}

async function transfer(engine: Engine, given: Task): Promise<Transferred> {
	const isUp = given.direction === 'up';
	const stepsTo = CARRIERS[given.carrier][given.direction];
	const large = isUp ? await putIntoN8n(given.file) : {};
	const small = isUp ? await putIntoN8n(SAMPLE) : {};
	await carry(engine, workflowOf(stepsTo(given.place, given.smallKey), small));
	await delay(500);
	const workflow = workflowOf(stepsTo(given.place, given.key), large);
	const measuredRun = await measured(async () => await carry(engine, workflow));
	const { result: run, grownMb, processorMs } = measuredRun;
	const endedAtMs = Date.now();
	const names = workflow.nodes.slice(1).map(({ name }) => name);
	const times = names.map((name) => run.runData[name]?.[0]?.executionTime ?? NaN);
	const nodesMs = times.reduce((sum, ms) => sum + ms, 0);
	const took = { grownMb, nodesMs, processorMs, endedAtMs };
	if (isUp) return took;
	const [item] = run.items(names.at(-1) ?? '');
	const { id } = item?.binary?.[CARRIERS[given.carrier].field] ?? {};
	if (id === undefined) throw new Error('There is no file in the item');
	const stored = await Container.get(BinaryDataService).getAsStream(id);
	return { ...took, sha256: await sha256Of(stored) };
}

/** Carries in a process of its own, in n8n's filesystem mode; prints a line of JSON. */
async function main(): Promise<void> {
	const given = task.parse(JSON.parse(process.argv[2] ?? ''));
	const result = await withEngine(
		credentialsFor(given.place),
		async (engine) => await transfer(engine, given),
		given.folders,
	);
	process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** n8n hands on what is no Error any more. */
function messageOf(error: unknown): string {
	return typeof error === 'object' && error !== null && 'message' in error
		? String(error.message)
		: String(error);
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		console.error(`${FAILED}${messageOf(error)}`);
		process.exit(1);
	},
);
