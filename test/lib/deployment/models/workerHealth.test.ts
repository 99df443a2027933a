import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod/v4';
import { openConsole, type Console } from '../console';
import { SECRETS, startRig, type Rig } from '../rig';

jest.setTimeout(60_000);

const MODEL = 'https://huggingface.co/Wan-AI/Wan2.2-Animate-14B';

let rig: Rig;
let person: Console;

beforeEach(async () => {
	rig = await startRig({ queue: { coldStartMs: 600_000 } });
	person = openConsole(rig);
	await rig.deploy();
	await person.change('serverless', { workers: { min: 1 } });
});

afterEach(async () => {
	await rig.close();
});

const shown = z.looseObject({
	health: z.string(),
	notes: z.array(z.string()),
	cached_model: z.string().nullable(),
	worker_details: z.array(z.looseObject({ id: z.string() })).nullable(),
});

async function health(...flags: string[]): Promise<z.output<typeof shown>> {
	const { out } = await rig.command(['health', '--json', ...flags]);
	return shown.parse(JSON.parse(out.join('\n')));
}

function setModel(): string {
	const reference = `${MODEL}:${'0'.repeat(40)}`;
	rig.management.setBeside(endpointId(), { modelReferences: [reference] });
	return reference;
}

function endpointId(): string {
	return String(rig.management.contents().endpoints[0]?.id);
}

describe('health --workers', () => {
	it('shows what a worker that starts has of the model, and the last lines of its log without secrets', async () => {
		const reference = setModel();
		rig.management.setWorkerLog([
			...Array.from({ length: 60 }, (_one, i) => ({
				source: 'system' as const,
				line: `layer ${String(i)}`,
			})),
			{
				source: 'container',
				line: `mc alias set http://a ${SECRETS.MINIO_SECRET_KEY} \u001b[31mred`,
			},
		]);
		const { cached_model, worker_details } = await health('--workers');
		expect(cached_model).toBe(reference);
		expect(worker_details).toMatchObject([
			{
				status: 'initializing',
				models: [{ commit: '0'.repeat(40), status: 'assigned', failure_phase: null }],
			},
		]);
		const lines = z.array(z.string()).parse(worker_details?.[0]?.last_log_lines);
		expect(lines).toHaveLength(20);
		expect(lines[0]).toBe('layer 41');
		expect(lines.at(-1)).toMatch(/^mc alias set http:\/\/a ••• .*red$/);
	});

	it('says which worker has not got the model, and why', async () => {
		setModel();
		rig.management.setModelFailure({ phase: 'download_failed', reason: '401 for a gated model' });
		const { out } = await rig.command(['health', '--workers']);
		const text = out.join('\n');
		expect(text).toMatch(
			/worker \w+: initializing, [\w ]+, model failed \(download_failed: 401 for a gated model\)/,
		);
		expect(text).toMatch(/Note: The host of the worker \w+ has not got the model: download_failed/);
		expect(text).toContain('    | Worker starting.');
	});

	it('shows no control characters of what RunPod says', async () => {
		setModel();
		rig.management.setModelFailure({ phase: 'download_failed', reason: 'no' });
		const edit = (text: string) => text.replace('download_failed', '\\u001b[2J$&');
		rig.management.fault({ route: 'readWorkerModels', kind: 'edit', edit });
		const { out } = await rig.command(['health', '--workers']);
		expect(out.join('\n')).toContain('download_failed: no)');
		expect(out.join('\n').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
	});

	it.each(['none', 'nobody'] as const)(
		'tells the rest where the key may not use GraphQL (%s)',
		async (access) => {
			setModel();
			rig.management.setGraphqlAccess(access);
			const { cached_model, worker_details, notes } = await health('--workers');
			expect(cached_model).toBeNull();
			expect(worker_details).toMatchObject([{ status: 'initializing', models: null }]);
			expect(notes).toContainEqual(
				expect.stringContaining('It is not known which model the endpoint has'),
			);
		},
	);

	it.each([
		['listEndpointWorkers', { worker_details: null }],
		['getWorkerLogs', { worker_details: [{ status: 'initializing', last_log_lines: null }] }],
		['readWorkerModels', { worker_details: [{ status: 'initializing', models: null }] }],
	] as const)('tells the rest where %s is refused', async (route, expected) => {
		setModel();
		rig.management.fault({ route, kind: 'answer', status: 403 });
		expect(await health('--workers')).toMatchObject({ health: 'cold', ...expected });
	});

	it('asks no worker for a model where the endpoint has none', async () => {
		expect(await health('--workers')).toMatchObject({
			cached_model: null,
			worker_details: [{ models: null }],
		});
		const operations = rig.management.calls().map(({ operation }) => operation);
		expect(operations).not.toContain('readWorkerModels');
	});
});

it('health alone asks for no worker, but where the settings name a model', async () => {
	rig.clearCalls();
	expect(await health()).toMatchObject({ cached_model: null, worker_details: null });
	const operations = () => rig.management.calls().map(({ operation }) => operation);
	expect(operations()).toEqual(['listEndpoints', 'getEndpoint']);
	await rig.command(['health', '--json'], { RUNPOD_MODEL: MODEL });
	expect(operations()).toContain('readModels');
});

it('deploy --wait that gives up shows the last lines of the log', async () => {
	const { exitCode, err } = await rig.command([
		'deploy',
		'--yes',
		'--wait',
		'--wait-timeout',
		'0.1',
	]);
	expect(exitCode).toBe(4);
	expect(err.join('\n')).toContain('    | Worker starting.');
});
