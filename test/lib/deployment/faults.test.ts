import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import type { ManagementFault, Operation } from '../../../standin/management/managementApi';
import { comparable, isWrite, NEXT_IMAGE, startRig, type Rig } from './rig';

jest.setTimeout(60_000);

type Fault = [string, (route: Operation) => ManagementFault];

const FAULTS: Fault[] = [
	['a connection cut', (route) => ({ route, kind: 'cut', times: 20 })],
	['a connection cut after it took effect', (route) => ({ route, kind: 'cut', accept: true })],
	[
		'429',
		(route) => ({ route, kind: 'answer', status: 429, times: 20, headers: { 'retry-after': '1' } }),
	],
	['500', (route) => ({ route, kind: 'answer', status: 500, times: 20 })],
	['500 after it took effect', (route) => ({ route, kind: 'answer', status: 500, accept: true })],
	['422', (route) => ({ route, kind: 'answer', status: 422, times: 20 })],
];

const READS: Operation[] = ['listRegistries', 'listTemplates', 'listEndpoints'];

/** Every request of each kind of deployment, with every fault. */
const CASES = [
	...table('first', [...READS, 'createRegistry', 'createTemplate', 'createEndpoint']),
	...table('new image', [...READS, 'updateTemplate', 'updateEndpoint']),
	...table('rotated password', [
		...READS,
		'deleteRegistry',
		'createRegistry',
		'updateTemplate',
		'updateEndpoint',
	]),
	...table('first with a model', [
		'listEndpoints',
		'readUser',
		'createTemplate',
		'createEndpoint',
		'readModels',
		'saveEndpoint',
	]),
	...table('model for an old endpoint', [
		'readModels',
		'saveEndpoint',
		'updateTemplate',
		'getEndpoint',
		'updateEndpoint',
	]),
	...table('model taken away', ['readModels', 'updateEndpoint', 'saveEndpoint']),
];

function table(kind: string, operations: Operation[]) {
	return operations.flatMap((operation) =>
		FAULTS.map(([name, fault]): [string, Operation, string, Fault[1]] => [
			kind,
			operation,
			name,
			fault,
		]),
	);
}

let rig: Rig;
const reference = new Map<string, unknown>();

beforeEach(async () => {
	rig = await startRig();
});

afterEach(async () => {
	await rig.close();
});

describe('a deployment that meets a fault says what exists, and the next one finishes it', () => {
	it.each(CASES)('%s: %s meets %s', async (kind, operation, _name, fault) => {
		await prepare(kind, rig);
		const wanted = changesOf(kind);
		const options = { rotateRegistryAuth: kind === 'rotated password' };
		rig.clearCalls();
		rig.management.fault(fault(operation));
		const failure = await rig.deploy(wanted, options).then(
			() => undefined,
			(error: unknown) => error,
		);
		if (failure !== undefined) expectItSaysWhatExists(failure, rig);
		rig.management.clearFaults();

		const { endpoint_id } = await rig.deploy(wanted, needsRotation(kind, rig) ? options : {});

		expect(comparable(rig)).toEqual(await referenceOf(kind));
		expect(rig.management.contents().endpoints).toMatchObject([{ id: endpoint_id }]);
	});
});

/** What there is before. */
async function prepare(kind: string, { deploy }: Rig): Promise<void> {
	if (kind.startsWith('first')) return;
	await deploy(kind === 'model taken away' ? MODEL : {});
}

const MODEL = { RUNPOD_MODEL: 'https://huggingface.co/Wan-AI/Wan2.2-Animate-14B' };
const IMAGE = { RUNPOD_IMAGE_NAME: NEXT_IMAGE };

const CHANGES: Readonly<Record<string, Record<string, string>>> = {
	'new image': IMAGE,
	'rotated password': { DOCKERHUB_PASSWORD: 'another-secret-of-docker-hub' },
	'first with a model': MODEL,
	'model for an old endpoint': { ...MODEL, ...IMAGE },
	'model taken away': { RUNPOD_MODEL: 'none', ...IMAGE },
};

function changesOf(kind: string): Record<string, string> {
	return CHANGES[kind] ?? {};
}

/** A rotation that was stopped before it deleted anything has to be asked for again. */
function needsRotation(kind: string, { management }: Rig): boolean {
	const [registry] = management.contents().registries;
	return kind === 'rotated password' && registry?.password === 'secret-of-docker-hub';
}

function expectItSaysWhatExists(error: unknown, { management }: Rig): void {
	expect(error).toBeInstanceOf(WanAvatarError);
	if (!(error instanceof WanAvatarError)) return;
	const text = `${error.message}. ${error.remedy}`;
	const calls = management.calls();
	const wrote = calls.some(isWrite);
	const { registries, templates, endpoints } = management.contents();
	if (!wrote) expect(text).toContain('Nothing was changed');
	for (const { id, name } of wrote ? [...registries, ...templates, ...endpoints] : [])
		expect(text).toContain(`${name} (${id})`);
	for (const secret of ['secret-of-docker-hub', 'secret-of-minio'])
		expect(text).not.toContain(secret);
}

/** The state that an undisturbed deployment leaves. */
async function referenceOf(kind: string): Promise<unknown> {
	const known = reference.get(kind);
	if (known !== undefined) return known;
	const undisturbed = await startRig();
	await prepare(kind, undisturbed);
	await undisturbed.deploy(changesOf(kind), { rotateRegistryAuth: kind === 'rotated password' });
	const state = comparable(undisturbed);
	await undisturbed.close();
	reference.set(kind, state);
	return state;
}
