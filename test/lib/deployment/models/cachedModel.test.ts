import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openConsole, planJson, type Console } from '../console';
import { NEXT_IMAGE, startRig, type Rig } from '../rig';

jest.setTimeout(60_000);

const MODEL = 'https://huggingface.co/Wan-AI/Wan2.2-Animate-14B';
const OTHER = 'https://huggingface.co/example/wan-slim';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

let rig: Rig;
let person: Console;

beforeEach(async () => {
	rig = await startRig();
	person = openConsole(rig);
});

afterEach(async () => {
	await rig.close();
});

const WITH_MODEL = { RUNPOD_MODEL: MODEL };

describe('a cached model', () => {
	it('is set on a new endpoint, by whole values that were read before, and comes back as a commit', async () => {
		const plan = await planJson(rig, ['--model', MODEL]);
		expect(plan.steps.at(-1)?.changes).toContainEqual({
			field: 'model',
			from: 'nothing',
			to: `${MODEL}:main`,
		});
		expect(plan.notes).toContainEqual(
			expect.stringContaining('The image has to look for it there'),
		);
		expect(models()).toEqual([]);
		expect(operations()).not.toContain('saveEndpoint');

		expect(await rig.deploy(WITH_MODEL)).toMatchObject({ changed: true });
		expect(models()).toEqual([expect.stringMatching(new RegExp(`^${MODEL}:[0-9a-f]{40}$`))]);
		expect((await planJson(rig, ['--model', MODEL])).changes_something).toBe(false);
		rig.clearCalls();
		expect(await rig.deploy(WITH_MODEL)).toMatchObject({ changed: false });
		expect(operations()).not.toContain('saveEndpoint');
	});

	it('changes nothing else of an endpoint that was tuned in the console', async () => {
		await rig.deploy();
		await person.change('serverless', {
			workers: { min: 2, max: 7, idleTimeout: 42 },
			timeout: 7_200_000,
			gpu: {
				pools: ['ADA_80_PRO'],
				excludedTypes: ['NVIDIA H100 NVL'],
				count: 2,
				minCudaVersion: '12.4',
			},
			scaling: { type: 'QUEUE_DELAY', queueDelay: 9 },
			flashboot: 'PRIORITY_FLASHBOOT',
			dataCenterIds: ['EU-RO-1', 'CA-MTL-1'],
			networkVolumes: ['vol1'],
		});
		rig.management.setBeside(id(), { requestTTL: 86_400 });
		const before = rig.management.contents();
		const beside = rig.management.besideOf(id());
		await rig.deploy(WITH_MODEL);
		expect(rig.management.contents()).toEqual(before);
		expect(rig.management.besideOf(id())).toEqual({ ...beside, modelReferences: models() });
		await rig.deploy({ RUNPOD_MODEL: 'none' });
		expect(rig.management.contents()).toEqual(before);
		expect(rig.management.besideOf(id())).toEqual(beside);
	});

	it('changes nothing else of an endpoint that scales by requests', async () => {
		await person.make('serverless', {
			name: 'wan-avatar',
			type: 'QUEUE',
			image: NEXT_IMAGE,
			gpu: { pools: ['AMPERE_80'], allowedCudaVersions: ['12.8'] },
			scaling: { type: 'REQUEST_COUNT', requestCount: 3 },
		});
		await rig.deploy();
		const before = rig.management.contents();
		await rig.deploy(WITH_MODEL);
		expect(rig.management.contents()).toEqual(before);
		expect(models()).toHaveLength(1);
	});

	it.each([
		['another one', OTHER, OTHER],
		['a commit of the same', `${MODEL}:${COMMIT}`, `${MODEL}:${COMMIT}`],
		['the address of its page', `${OTHER}/tree/main`, OTHER],
	])('is changed to %s', async (_name, wanted, expected) => {
		await rig.deploy(WITH_MODEL);
		const [before] = models();
		const plan = await planJson(rig, ['--model', wanted]);
		expect(plan.steps.at(-1)).toMatchObject({
			action: 'update',
			changes: [{ field: 'model', from: before, to: expect.stringContaining(expected) }],
		});
		await rig.command(['deploy', '--yes', '--model', wanted]);
		expect(models()).toEqual([expect.stringContaining(expected)]);
	});

	it('of two that somebody has set one is left, and the plan shows both', async () => {
		await rig.deploy();
		rig.management.setBeside(id(), {
			modelReferences: [`${MODEL}:${COMMIT}`, `${OTHER}:${COMMIT}`],
		});
		const plan = await planJson(rig, ['--model', MODEL]);
		expect(plan.steps.at(-1)?.changes).toEqual([
			{
				field: 'model',
				from: `${MODEL}:${COMMIT}, ${OTHER}:${COMMIT}`,
				to: `${MODEL}:main`,
			},
		]);
		await rig.deploy(WITH_MODEL);
		expect(models()).toHaveLength(1);
	});

	it('is taken away by none, and the plan says so', async () => {
		await rig.deploy(WITH_MODEL);
		const [before] = models();
		const plan = await planJson(rig, ['--model', 'none']);
		expect(plan.steps.at(-1)?.changes).toEqual([{ field: 'model', from: before, to: 'nothing' }]);
		await rig.command(['deploy', '--yes', '--model', 'none']);
		expect(models()).toEqual([]);
		expect((await planJson(rig, ['--model', 'none'])).changes_something).toBe(false);
	});

	it('of an endpoint that is taken over stays where none is given, and GraphQL is not asked', async () => {
		await rig.deploy();
		rig.management.setBeside(id(), { modelReferences: [`${OTHER}:${COMMIT}`] });
		rig.management.setGraphqlAccess('none');
		rig.clearCalls();
		const given = { RUNPOD_ENDPOINT_ID: id(), RUNPOD_IMAGE_NAME: NEXT_IMAGE };
		await rig.deploy(given);
		await rig.command(['destroy']);
		expect(models()).toEqual([`${OTHER}:${COMMIT}`]);
		expect(rig.management.calls().map(({ path }) => path)).not.toContain('/graphql');
		rig.management.setGraphqlAccess('all');
		expect((await planJson(rig, ['--model', MODEL], given)).steps.at(-1)).toMatchObject({
			changes: [{ field: 'model', from: `${OTHER}:${COMMIT}`, to: `${MODEL}:main` }],
		});
	});

	it('stays through a new image, and drift of it is shown', async () => {
		await rig.deploy(WITH_MODEL);
		const before = models();
		const image = { RUNPOD_IMAGE_NAME: NEXT_IMAGE };
		await rig.deploy(image);
		expect(models()).toEqual(before);
		rig.management.setBeside(id(), { modelReferences: [] });
		expect((await planJson(rig, ['--model', MODEL], image)).steps.at(-1)?.changes).toEqual([
			{ field: 'model', from: 'nothing', to: `${MODEL}:main` },
		]);
	});

	it('is set before a new image is put in, and taken away after it', async () => {
		await rig.deploy();
		rig.clearCalls();
		await rig.deploy({ ...WITH_MODEL, RUNPOD_IMAGE_NAME: NEXT_IMAGE });
		expect(changes()).toEqual(['saveEndpoint', 'updateTemplate', 'updateEndpoint']);
		rig.clearCalls();
		await rig.deploy({ RUNPOD_MODEL: 'none' });
		expect(changes()).toEqual(['updateTemplate', 'updateEndpoint', 'saveEndpoint']);
	});
});

describe('nothing is changed where', () => {
	it.each([
		['none', 'may not do that'],
		['nobody', 'may not do that'],
	] as const)('the key may not use GraphQL (%s), on a new endpoint', async (access, words) => {
		rig.management.setGraphqlAccess(access);
		const { exitCode, err } = await rig.command(['deploy', '--yes', '--model', MODEL]);
		expect(exitCode).toBe(1);
		expect(err.join()).toContain(words);
		expect(err.join()).toContain('api.runpod.io/graphql');
		expect(err.join()).toContain('Nothing was changed');
		expect(rig.writes()).toEqual([]);
	});

	it('the key may read by GraphQL alone, on one that exists', async () => {
		await rig.deploy();
		const before = rig.management.contents();
		rig.management.setGraphqlAccess('read');
		const wanted = { ...WITH_MODEL, RUNPOD_IMAGE_NAME: NEXT_IMAGE };
		await expect(rig.deploy(wanted)).rejects.toMatchObject({ code: 'FORBIDDEN' });
		expect(rig.management.contents()).toEqual(before);
		rig.management.setGraphqlAccess('all');
		await rig.deploy(wanted);
		expect(models()).toHaveLength(1);
	});

	it.each([
		['a field is missing', (text: string) => text.replace(/"requestTTL":[^,]+,/, ''), 'requestTTL'],
		[
			'a word is not known',
			(text: string) => text.replace('"QUEUE_DELAY"', '"QUEUE_LENGTH"'),
			'scalerType',
		],
		[
			'a number is a text',
			(text: string) => text.replace(/"workersMax":(\d+)/, '"workersMax":"$1"'),
			'workersMax',
		],
		['FlashBoot is new', (text: string) => text.replace('"FLASHBOOT"', '"TURBO"'), 'flashBootType'],
	])('%s in what is to be said back', async (_name, edit, field) => {
		await rig.deploy();
		const before = rig.management.contents();
		rig.management.fault({ route: 'readModels', kind: 'edit', edit });
		const { exitCode, err } = await rig.command(['deploy', '--yes'], WITH_MODEL);
		expect(exitCode).toBe(1);
		expect(err.join()).toContain(`does not know: ${field}`);
		expect(err.join()).toContain('Nothing was changed');
		expect(operations()).not.toContain('saveEndpoint');
		expect(rig.management.contents()).toEqual(before);
	});

	it('the queue delay is no whole number, which GraphQL does not know', async () => {
		await rig.deploy({ RUNPOD_QUEUE_DELAY: '2.5' });
		const { exitCode, err } = await rig.command(['deploy', '--yes'], WITH_MODEL);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('its queue delay is 2.5 seconds');
		expect(operations()).not.toContain('saveEndpoint');
		await rig.deploy({ ...WITH_MODEL, RUNPOD_QUEUE_DELAY: '3' });
		expect(rig.management.contents().endpoints).toMatchObject([{ scaling: { queueDelay: 3 } }]);
	});

	it('the endpoint is of CPUs', async () => {
		await person.make('serverless', {
			name: 'wan-avatar',
			type: 'QUEUE',
			image: NEXT_IMAGE,
			cpu: [{ id: 'cpu3c', vcpuCount: 2 }],
			scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
		});
		const { exitCode, err } = await rig.command(['deploy', '--yes'], WITH_MODEL);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('is a CPU endpoint');
	});

	it.each([
		['Wan', /--model is malformed/],
		[`${MODEL}:v1.0`, /--model names the revision "v1.0"/],
		['https://example.com/Org/Model', /--model is malformed/],
		['huggingface.co/Org', /--model is malformed/],
		['https://huggingface.co/datasets/squad', /--model is malformed/],
		['../..', /--model is malformed/],
		[`${MODEL}:hf_${'aB3'.repeat(11)}`, /--model names the revision "hf_•••"/],
	])('the model is given as %s', async (wanted, words) => {
		const { exitCode, err } = await rig.command(['deploy', '--yes', '--model', wanted]);
		expect(exitCode).toBe(2);
		expect(err.join()).toMatch(words);
		expect(rig.management.calls()).toEqual([]);
	});
});

it('an answer that shows more than the model changed is told', async () => {
	await rig.deploy();
	const edit = (text: string) => text.replace('"workersMax":1', '"workersMax":3');
	rig.management.fault({ route: 'saveEndpoint', kind: 'edit', edit });
	const { exitCode, err } = await rig.command(['deploy', '--yes'], WITH_MODEL);
	expect(exitCode).toBe(1);
	expect(err.join()).toContain('changed more than that: workersMax: 1 → 3');
});

it('an answer that shows another model than was sent is told', async () => {
	await rig.deploy();
	const edit = (text: string) => text.replace('Wan-AI/', 'Other/');
	rig.management.fault({ route: 'saveEndpoint', kind: 'edit', edit });
	const { exitCode, err } = await rig.command(['deploy', '--yes'], WITH_MODEL);
	expect(exitCode).toBe(1);
	expect(err.join()).toContain('shows another one: https://huggingface.co/Other/');
});

it('an answer with a fault in its result is not taken for a refusal', async () => {
	await rig.deploy();
	const errors = [{ message: 'no templateId', path: ['saveEndpoint', 'templateId'] }];
	const edit = () => JSON.stringify({ data: { saveEndpoint: null }, errors });
	rig.management.fault({ route: 'saveEndpoint', kind: 'edit', edit });
	const { exitCode, err } = await rig.command(['deploy', '--yes'], WITH_MODEL);
	expect(exitCode).toBe(1);
	expect(err.join()).toContain('RunPod gave no clear answer when asked to set the model');
	expect(err.join()).toContain('(no templateId). It may or may not have happened');
});

describe('the token for a gated model', () => {
	it('is a secret of RunPod, of which the worker gets the name', async () => {
		await rig.command(['deploy', '--yes', '--hf-token-secret', 'hf_token']);
		const { templates, endpoints } = rig.management.contents();
		const env = { HF_TOKEN: '{{ RUNPOD_SECRET_hf_token }}' };
		expect([...templates, ...endpoints]).toMatchObject([{ env }, { env }]);
		expect((await planJson(rig, ['--hf-token-secret', 'hf_token'])).changes_something).toBe(false);
		expect((await planJson(rig, [])).changes_something).toBe(false);
		for (const written of ['{{ RUNPOD_SECRET_hf_token }}', 'RUNPOD_SECRET_hf_token'])
			expect((await planJson(rig, ['--hf-token-secret', written])).changes_something).toBe(false);
	});

	it('is refused itself, and beside a variable of that name', async () => {
		const token = 'hf_abcdefghijklmnopqrstuvwxyz';
		const { exitCode, err } = await rig.command(['deploy', '--yes', '--hf-token-secret', token]);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('--hf-token-secret looks like a token itself');
		expect(err.join()).not.toContain(token);
		const twice = await rig.command(['plan', '--hf-token-secret', 'a'], {
			RUNPOD_WORKER_ENV: '{"HF_TOKEN": "x"}',
		});
		expect(twice.err.join()).toContain('must not have the key "HF_TOKEN"');
	});
});

function id(): string {
	return String(rig.management.contents().endpoints[0]?.id);
}

function models(): readonly string[] {
	return rig.management.besideOf(id()).modelReferences;
}

function operations(): string[] {
	return rig.management.calls().map(({ operation }) => operation);
}

/** What was changed, in its order. */
function changes(): string[] {
	return operations().filter((name) => /^(create|update|delete|save)/.test(name));
}
