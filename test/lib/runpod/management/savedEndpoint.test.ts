import { expect, it } from '@jest/globals';
import {
	alteredFields,
	savedEndpoint,
	saveInput,
	type SavedEndpoint,
} from '../../../../lib/runpod/management/savedEndpoint';

const ENDPOINT: SavedEndpoint = savedEndpoint.parse({
	id: 'e1',
	name: 'wan-avatar',
	gpuIds: 'AMPERE_80,-NVIDIA A100-SXM4-80GB',
	gpuCount: 2,
	workersMin: 0,
	workersMax: 7,
	idleTimeout: 42,
	scalerType: 'QUEUE_DELAY',
	scalerValue: 9,
	executionTimeoutMs: null,
	requestTTL: null,
	flashBootType: 'FLASHBOOT',
	locations: 'EU-RO-1,CA-MTL-1',
	allowedCudaVersions: '12.8,12.4',
	minCudaVersion: null,
	instanceIds: [],
	type: 'QB',
	templateId: 't1',
	networkVolumeId: 'v1',
	networkVolumeIds: [{ networkVolumeId: 'v1', dataCenterId: 'EU-RO-1' }],
	modelReferences: null,
});

it('all that RunPod would reset is said back, and nothing that it would apply anew', () => {
	const { type, templateId, networkVolumeId, networkVolumeIds, instanceIds, ...rest } = ENDPOINT;
	expect(saveInput(ENDPOINT, ['m'])).toEqual({ ...rest, modelReferences: ['m'] });
	expect(saveInput({ ...ENDPOINT, instanceIds: ['cpu3c-2-4'] }, [])).toMatchObject({
		instanceIds: ['cpu3c-2-4'],
		modelReferences: [],
	});
});

it.each<[string, Partial<SavedEndpoint>, unknown[]]>([
	['the models alone', { modelReferences: ['m'] }, []],
	[
		'the order of places and versions',
		{ locations: 'CA-MTL-1,EU-RO-1', allowedCudaVersions: '12.4,12.8' },
		[],
	],
	['no limit as 0', { executionTimeoutMs: 0, requestTTL: 0 }, []],
	['workers', { workersMax: 3, workersMin: 1 }, ['workersMin: 0 → 1', 'workersMax: 7 → 3']],
	[
		'the order of GPUs',
		{ gpuIds: '-NVIDIA A100-SXM4-80GB,AMPERE_80' },
		[expect.stringContaining('gpuIds')],
	],
	['places', { locations: null }, ['locations: EU-RO-1,CA-MTL-1 → nothing']],
	['a template', { templateId: 't2' }, ['templateId: t1 → t2']],
	[
		'volumes',
		{ networkVolumeIds: [] },
		[expect.stringMatching(/^networkVolumeIds: .*v1.* → nothing$/)],
	],
])('a difference in %s', (_name, after, expected) => {
	const altered = alteredFields(ENDPOINT, { ...ENDPOINT, ...after });
	expect(altered.map(({ field, from, to }) => `${field}: ${from} → ${to}`)).toEqual(expected);
});
