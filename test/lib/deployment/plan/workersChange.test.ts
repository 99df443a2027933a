import { describe, expect, it } from '@jest/globals';
import { setWorkers } from '../../../../lib/deployment/plan/workersChange';
import {
	endpoint as endpointShape,
	type EndpointChange,
} from '../../../../lib/runpod/management/managementRecords';

/** What is sent to an endpoint of which RunPod tells these workers. */
async function sentTo(workers: object | undefined, change: object): Promise<EndpointChange[]> {
	const sent: EndpointChange[] = [];
	const endpoint = endpointShape.parse({ id: 'e1', name: 'a', workers });
	const management = {
		getEndpoint: async () => Promise.resolve(endpoint),
		updateEndpoint: async (_target: unknown, body: EndpointChange) => {
			sent.push(body);
			return Promise.resolve(endpoint);
		},
	};
	await setWorkers(management, 'e1', change);
	return sent;
}

describe('setting workers', () => {
	it.each([
		['sends the rest as it is', { min: 1, max: 3, idleTimeout: 5 }, { min: 2 }, { max: 3, min: 2 }],
		['does not pause what it is not told of', undefined, { min: 0 }, { min: 0 }],
		['warms nothing that it is not told of', undefined, { max: 2 }, { max: 2 }],
		['sends what it is told in part', { max: 4 }, { min: 1 }, { min: 1, max: 4 }],
	])('%s', async (_name, told, change, workers) => {
		expect(await sentTo(told, change)).toMatchObject([{ workers }]);
		const [sent] = await sentTo(told, change);
		expect(Object.keys(sent?.workers ?? {}).sort()).toEqual(
			Object.keys({ ...told, ...workers }).sort(),
		);
	});

	it('keeps no more warm than may run, where that is told', async () => {
		await expect(sentTo({ max: 1 }, { min: 2 })).rejects.toThrow('min must not be more than the 1');
		await expect(sentTo({ min: 2 }, { max: 1 })).rejects.toThrow('min must not be more than the 1');
	});
});
