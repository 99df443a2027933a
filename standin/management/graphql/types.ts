/** A field of a type: its own type, and those of its arguments. */
export interface Field {
	type: string;
	args?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, Field>>;

const fields = (types: Readonly<Record<string, string>>): Fields =>
	Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));

/** What the real API has of this, as clients of RunPod's own use it; there is more that is not played. */
export const OBJECTS: Readonly<Record<string, Fields>> = {
	Query: {
		myself: { type: 'User' },
		pod: { type: 'Pod', args: { input: 'PodFilter' } },
	},
	Mutation: { saveEndpoint: { type: 'Endpoint', args: { input: 'EndpointInput!' } } },
	User: {
		id: { type: 'ID!' },
		endpoint: { type: 'Endpoint', args: { id: 'String!' } },
		endpoints: { type: '[Endpoint]' },
	},
	Endpoint: fields({
		id: 'ID!',
		name: 'String!',
		type: 'String',
		templateId: 'String',
		gpuIds: 'String',
		gpuCount: 'Int',
		workersMin: 'Int',
		workersMax: 'Int',
		idleTimeout: 'Int',
		scalerType: 'String',
		scalerValue: 'Int',
		executionTimeoutMs: 'Int',
		requestTTL: 'Int',
		flashBootType: 'FlashBootType',
		locations: 'String',
		allowedCudaVersions: 'String',
		minCudaVersion: 'String',
		instanceIds: '[String]',
		networkVolumeId: 'String',
		networkVolumeIds: '[EndpointNetworkVolume]',
		modelReferences: '[String]',
	}),
	EndpointNetworkVolume: fields({ networkVolumeId: 'String!', dataCenterId: 'String' }),
	Pod: fields({ id: 'ID!', modelVersions: '[ModelVersion]' }),
	ModelVersion: fields({
		modelVersionHash: 'String',
		machineAssignmentStatus: 'String',
		failurePhase: 'String',
		failureReason: 'String',
		mountPath: 'String',
	}),
};

export const INPUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	PodFilter: { podId: 'String!' },
	EndpointInput: {
		id: 'String',
		name: 'String!',
		type: 'String',
		templateId: 'String',
		gpuIds: 'String',
		gpuCount: 'Int',
		workersMin: 'Int',
		workersMax: 'Int',
		idleTimeout: 'Int',
		scalerType: 'String',
		scalerValue: 'Int',
		executionTimeoutMs: 'Int',
		requestTTL: 'Int',
		flashBootType: 'FlashBootType',
		locations: 'String',
		allowedCudaVersions: 'String',
		minCudaVersion: 'String',
		instanceIds: '[String]',
		networkVolumeId: 'String',
		networkVolumeIds: '[NetworkVolumeInput]',
		modelReferences: '[String]',
	},
	NetworkVolumeInput: { networkVolumeId: 'String!' },
};

export const ENUMS: Readonly<Record<string, readonly string[]>> = {
	FlashBootType: ['OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT'],
};

/** A type without what says that it may be missing or is a list. */
export function bare(type: string): string {
	return type.replace(/[[\]!]/g, '');
}
