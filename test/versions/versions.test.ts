import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { installPackage } from '../../demo/n8n/package';
import { playFaults } from '../../demo/n8n/playedFaults';
import { standInCredentials } from '../../demo/n8n/services';
import { seedExamples } from '../../standin/seedExamples';
import { startStandIn, type StandIn } from '../../standin/standin';
import { generateForm, located, workflowOf } from '../nodes/WanAvatar/engine/rig';
import { installEngine, installNode } from './install';
import { N8N_VERSIONS, type N8nVersion } from './n8nVersions';
import { order, report, type Order, type Report } from './order';

let folder: string;
let standIn: StandIn;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-versions-'));
	await installPackage(folder);
	buildSync({
		entryPoints: [join(__dirname, 'engineOfVersion.ts')],
		outfile: join(folder, 'engine.js'),
		bundle: true,
		platform: 'node',
		target: 'node20',
		external: ['n8n-core', 'n8n-workflow'],
	});
	standIn = await startStandIn();
	await seedExamples(standIn);
	playFaults(standIn);
});

afterAll(async () => {
	await standIn.close();
	rmSync(folder, { recursive: true, force: true });
});

it.each(N8N_VERSIONS)(
	'n8n $n8n on Node.js $node loads the node, makes a video, tells of errors and shows lists',
	async (version) => {
		const { core, workflow, node } = version;
		const { versions, nodeTypes, runs, lists } = await reportOf(version);

		expect(versions).toEqual({ core, workflow, node });
		const both = ['wanAvatar', 'wanAvatarTrigger'];
		expect(nodeTypes).toEqual({ lazy: both, eager: both });
		const [mixed, refused, failed] = runs;
		expect(mixed).toEqual({
			error: null,
			items: [
				expect.objectContaining({ status: 'COMPLETED', measured_width: 1280 }),
				{
					error: expect.stringContaining('CUDA out of memory'),
					details: expect.objectContaining({ status: 'FAILED', job_id: expect.any(String) }),
				},
			],
		});
		expect(refused?.error).toEqual({
			name: 'NodeOperationError',
			message: expect.stringContaining('input-avatars/typo.png'),
		});
		expect(failed?.error).toEqual({
			name: 'NodeApiError',
			message: expect.stringContaining('CUDA out of memory'),
		});
		expect(lists.map(({ results }) => results.map(({ value }) => value))).toEqual([
			['sitting-woman/driving-video.mp4'],
			['input-avatars/portrait.png'],
		]);
	},
);

/** What the engine of that version, in a process of its own on its own Node.js, made of the node. */
async function reportOf(version: N8nVersion): Promise<Report> {
	const [program, engine] = [await installNode(version), await installEngine(version)];
	const userFolder = mkdtempSync(join(folder, 'user-'));
	const file = join(userFolder, 'order.json');
	writeFileSync(file, JSON.stringify(orderFor(version)));
	const { stdout } = await promisify(execFile)(program, [join(folder, 'engine.js'), file], {
		env: {
			NODE_PATH: join(engine, 'node_modules'),
			N8N_USER_FOLDER: userFolder,
			N8N_ENCRYPTION_KEY: 'a key for tests alone',
			N8N_LOG_LEVEL: 'silent',
		},
	});
	return report.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

function orderFor({ n8n }: N8nVersion): Order {
	const credentials = standInCredentials(standIn.address());
	const names = credentials.map(({ type }) => [type, { id: type, name: type }] as const);
	const node = { credentials: Object.fromEntries(names) };
	const form = {
		...generateForm,
		useMinioCredential: true,
		// Each version makes videos of its own.
		userId: n8n,
		portraitPath: located('path', 'input-avatars/portrait.png'),
		drivingVideoPath: 'sitting-woman/driving-video.mp4',
	};
	const one = { avatar: 'one' };
	const fails = { avatar: 'fails' };
	const typo = { ...form, portraitPath: located('path', 'input-avatars/typo.png') };
	const workflows = [
		workflowOf(form, { items: [one, fails], onError: 'continueRegularOutput', node }),
		workflowOf(typo, { items: [one], node }),
		workflowOf(form, { items: [fails], node }),
	];
	return order.parse({
		folder: join(folder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-wan-avatar'),
		credentials: Object.fromEntries(credentials.map(({ type, data }) => [type, data])),
		workflows,
		lists: ['searchTemplates', 'searchPortraits'],
	});
}
