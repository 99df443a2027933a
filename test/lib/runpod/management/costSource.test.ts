import { expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { createCostSource, type CostSource } from '../../../../lib/runpod/management/costSource';
import { endpoint } from '../../../../lib/runpod/management/managementRecords';

const GPUS = [
	{ id: 'NVIDIA A100 80GB PCIe', pool: 'AMPERE_80', price: { secure: 1, serverless: 2.736 } },
	{ id: 'NVIDIA A100-SXM4-80GB', pool: 'AMPERE_80', price: { secure: 1, serverless: 2.9 } },
	{ id: 'NVIDIA H100 80GB HBM3', pool: 'ADA_80_PRO', price: { secure: 1, serverless: 4.176 } },
	{ id: 'NVIDIA RTX A2000', pool: null, price: { secure: 0.1, community: 0.1 } },
	{ id: 7 },
];
const ENDPOINT = {
	id: 'ep',
	name: 'wan-avatar',
	gpu: { pools: ['AMPERE_80', 'ADA_80_PRO'], count: 2, excludedTypes: ['NVIDIA A100-SXM4-80GB'] },
	workers: { min: 0, max: 8, idleTimeout: 30 },
	env: { RUNPOD_INIT_TIMEOUT: '1800' },
	timeout: 600_000,
};

interface Played {
	catalog?: unknown;
	own?: object;
	/** Answers of the list of workers, one after the other; the last one stays. */
	workers?: unknown[];
	refuses?: boolean;
}

/** The source before answers as RunPod gives them, with what was asked and said. */
function played({
	catalog = { gpus: GPUS },
	own = ENDPOINT,
	workers = [],
	refuses = false,
}: Played) {
	const asked: string[] = [];
	const said: string[] = [];
	const left = [...workers];
	const refuse = (path: string) => {
		asked.push(path);
		if (!refuses) return;
		throw new WanAvatarError('FORBIDDEN', 'the API key may not do that', { remedy: '' });
	};
	const management = {
		getEndpoint: async () => {
			refuse('endpoint');
			return await Promise.resolve(endpoint.parse(own));
		},
		read: async <T>(path: string, what: string, answer: z.ZodType<T>): Promise<T> => {
			refuse(path);
			const wire = path.startsWith('catalog') ? catalog : left.length > 1 ? left.shift() : left[0];
			const { data, success } = answer.safeParse(wire);
			if (!success) throw new WanAvatarError('UNREADABLE_ANSWER', what, { remedy: '' });
			return await Promise.resolve(data);
		},
	};
	const source: CostSource = createCostSource('ep', management, (sentence) => said.push(sentence));
	return { source, asked, said };
}

const A100 = { id: 'w1', gpuTypeId: 'NVIDIA A100 80GB PCIe', gpuCount: 2, status: 'RUNNING' };

it('reads prices and bounds of the endpoint once', async () => {
	const { source, asked, said } = played({});
	const [first, second] = await Promise.all([source.endpoint(), source.endpoint()]);
	expect(first).toBe(second);
	expect(first).toMatchObject({
		prices: [
			{ gpuType: 'NVIDIA A100 80GB PCIe', microUsdPerHour: 2_736_000 },
			{ gpuType: 'NVIDIA H100 80GB HBM3', microUsdPerHour: 4_176_000 },
		],
		gpuCount: 2,
		idleTimeoutSeconds: 30,
		startLimitSeconds: 1800,
		runLimitMs: 600_000,
		maxWorkers: 8,
	});
	expect(first?.catalog).toHaveLength(3);
	expect(asked).toEqual(['endpoint', 'catalog/gpus']);
	expect(said).toEqual([]);
});

it.each([
	[
		'no limit of its own, and no time of its start',
		{ ...ENDPOINT, timeout: 0, env: {} },
		undefined,
		420,
	],
	['a start limit that is no number', { ...ENDPOINT, env: { RUNPOD_INIT_TIMEOUT: 'x' } }, 6e5, 420],
])('%s', async (_, own, runLimitMs, startLimitSeconds) => {
	const costs = await played({ own }).source.endpoint();
	expect(costs).toMatchObject({ startLimitSeconds });
	expect(costs?.runLimitMs).toBe(runLimitMs);
});

it.each([
	['a pool without a price', { own: { ...ENDPOINT, gpu: { pools: ['AMPERE_80', 'HOPPER_141'] } } }],
	['an endpoint without GPUs', { own: { ...ENDPOINT, gpu: null } }],
	['an empty catalog', { catalog: { gpus: [] } }],
])('%s: no price is guessed', async (_, answers) => {
	const { source, said } = played(answers);
	expect((await source.endpoint())?.prices).toEqual([]);
	expect(said).toEqual([expect.stringContaining('no price')]);
});

const priced = (serverless: unknown, pool = 'AMPERE_80') => ({
	id: `GPU at ${String(serverless)}`,
	pool,
	price: { serverless },
});

it.each([
	['a text', '4.18'],
	['nothing', 0],
	['less than can be counted', 1e-7],
	['more than can be counted', 1e305],
])(
	'a GPU whose price is %s may be the dearest of its pool: no price is guessed',
	async (_, wrong) => {
		const own = { ...ENDPOINT, gpu: { pools: ['AMPERE_80'], count: 1 } };
		const { source, said } = played({ own, catalog: { gpus: [priced(wrong), priced(2.736)] } });
		const costs = await source.endpoint();
		expect(costs?.prices).toEqual([]);
		expect(costs?.catalog).toEqual([{ gpuType: 'GPU at 2.736', microUsdPerHour: 2_736_000 }]);
		expect(said).toEqual([expect.stringContaining('no price')]);
	},
);

it('a GPU without a price that no worker gets spoils nothing', async () => {
	const gpu = { pools: ['AMPERE_80'], count: 1, excludedTypes: ['GPU at x'] };
	const foreign = [priced('x'), priced(undefined), priced('y', 'ADA_80_PRO')];
	const catalog = { gpus: [...foreign, priced(2.736)] };
	const costs = await played({ own: { ...ENDPOINT, gpu }, catalog }).source.endpoint();
	expect(costs?.prices).toHaveLength(1);
});

it.each([
	['none', 0, 0, 0],
	['less than none', -1, -5, -1],
	['parts', 0.5, 0.5, 0.5],
	['more than can be counted', 1e308, 1e308, 1e308],
])(
	'an endpoint that has %s of a thing counts as one with its usual figures',
	async (_, count, idleTimeout, timeout) => {
		const gpu = { ...ENDPOINT.gpu, count };
		const own = { ...ENDPOINT, gpu, workers: { min: 0, max: count, idleTimeout }, timeout };
		const costs = await played({ own }).source.endpoint();
		expect(costs?.gpuCount).toBe(1);
		expect(costs?.maxWorkers).toBe(1);
		expect([0, 1, 60]).toContain(costs?.idleTimeoutSeconds);
		expect([undefined, 0.5]).toContain(costs?.runLimitMs);
	},
);

it('a key without that right: nothing is known, and it is said', async () => {
	const { source, said } = played({ refuses: true });
	expect(await source.endpoint()).toBeUndefined();
	expect(said[0]).toMatch(/^Costs are not known: /);
});

it('a catalog that is none: the limits of the endpoint are known, and it is said', async () => {
	const { source, said } = played({ catalog: { gpus: 'none' } });
	expect(await source.endpoint()).toMatchObject({ prices: [], catalog: [], gpuCount: 2 });
	expect(said).toEqual([expect.stringMatching(/^Costs are not known: /)]);
});

it('asks for a worker once, and knows it after it is gone', async () => {
	const { source, asked } = played({
		workers: [{ workers: [A100, { id: 'w9' }] }, { workers: [] }],
	});
	const gpu = { gpuType: 'NVIDIA A100 80GB PCIe', gpuCount: 2 };
	expect(await Promise.all([source.gpuOf('w1'), source.gpuOf('w1')])).toEqual([gpu, gpu]);
	expect(await source.gpuOf('w1')).toEqual(gpu);
	expect(asked).toHaveLength(1);
	expect(await source.gpuOf('gone')).toBeUndefined();
	expect(await source.gpuOf('gone')).toBeUndefined();
	expect(asked).toHaveLength(2);
});

it('asks again for a worker that came while a list was on its way', async () => {
	const later = { workers: [A100, { ...A100, id: 'w2' }] };
	const { source, asked } = played({ workers: [{ workers: [A100] }, later] });
	const [, second] = await Promise.all([source.gpuOf('w1'), source.gpuOf('w2')]);
	expect(second?.gpuCount).toBe(2);
	expect(asked).toHaveLength(2);
});

it('stops asking where the key has no right to it', async () => {
	const { source, asked } = played({ refuses: true });
	for (const id of ['w1', 'w2', 'w3', 'w4']) expect(await source.gpuOf(id)).toBeUndefined();
	expect(asked).toHaveLength(2);
});

it.each([[1e308], [0], [-1], ['2']])('a worker with %j GPUs is not known', async (gpuCount) => {
	const { source } = played({ workers: [{ workers: [{ ...A100, gpuCount }] }] });
	expect(await source.gpuOf('w1')).toBeUndefined();
});

it('names of RunPod are fit to be shown', async () => {
	const name = `<b>\u0000a</b>\nrpa_secret ${'x'.repeat(1000)}`;
	const gpuTypeId = name;
	const own = { ...ENDPOINT, name };
	const { source, said } = played({
		own,
		catalog: { gpus: [] },
		workers: [{ workers: [{ ...A100, gpuTypeId }] }],
	});
	await source.endpoint();
	const gpu = await source.gpuOf('w1');
	for (const text of [said[0], gpu?.gpuType]) {
		expect(text?.length).toBeLessThan(600);
		expect(text).not.toMatch(/secret|<b>|\p{Cc}/u);
	}
});
