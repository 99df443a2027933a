import { expect, it } from '@jest/globals';
import type { EndpointCosts, WorkerGpu } from '../../../../lib/cost/endpointCosts';
import { pricesOf, COSTS } from '../spending/prices';
import { request, run, world } from '../run/generationWorld';

async function never<T>(): Promise<T> {
	return await new Promise<T>(() => undefined);
}

it.each([
	[
		'prices',
		{ endpoint: never<EndpointCosts> },
		'Costs are not known: RunPod did not tell its prices in time.',
	],
	[
		'the workers',
		{ gpuOf: never<WorkerGpu> },
		'The GPUs of workers are not known, so costs are told less exactly: RunPod did not tell them in time.',
	],
])(
	'a video does not wait for %s that nobody tells, and it is said why',
	async (_, silent, sentence) => {
		const w = world();
		const said: string[] = [];
		const { pollStatus } = w.queue;
		const ends = await run(
			w,
			[request()],
			{
				costs: { ...pricesOf(COSTS), ...silent },
				onNote: (note) => said.push(note),
				queue: {
					...w.queue,
					pollStatus: async (...look) => {
						const seen = await pollStatus(...look);
						return 'facts' in seen ? { ...seen, facts: { ...seen.facts, workerId: 'w1' } } : seen;
					},
				},
			},
			{ stopOnFault: false },
		);
		expect(ends).toEqual([{ value: expect.objectContaining({ gpu_type: null }) }]);
		expect([...new Set(said)]).toEqual([sentence]);
	},
);
