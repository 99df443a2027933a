import * as z from 'zod/v4';

const count = z.number().int();
const maybeText = z.string().nullable();
const maybeCount = count.nullable();

const volumes = z
	.array(z.object({ networkVolumeId: z.string(), dataCenterId: z.string().nullish() }))
	.nullable();

/**
 * An endpoint as GraphQL tells it, read strictly: all of it is said back when one field is changed, so that nothing may be
 * missing, and nothing of a kind that this version does not know.
 */
export const savedEndpoint = z.object({
	id: z.string().min(1),
	name: z.string(),
	gpuIds: z.string().min(1),
	gpuCount: count,
	workersMin: count,
	workersMax: count,
	idleTimeout: count,
	scalerType: z.enum(['QUEUE_DELAY', 'REQUEST_COUNT']),
	scalerValue: count,
	executionTimeoutMs: maybeCount,
	requestTTL: maybeCount,
	flashBootType: z.enum(['OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT']),
	locations: maybeText,
	allowedCudaVersions: maybeText,
	minCudaVersion: maybeText,
	instanceIds: z.array(z.string()).nullable(),
	/** From here on nothing is said back. */
	type: maybeText,
	templateId: maybeText,
	networkVolumeId: maybeText,
	networkVolumeIds: volumes,
	modelReferences: z
		.array(z.string())
		.nullable()
		.transform((models) => models ?? []),
});

export type SavedEndpoint = z.output<typeof savedEndpoint>;

/** What is asked of an endpoint. */
export const SELECTION = [
	...Object.keys(savedEndpoint.shape).filter((name) => name !== 'networkVolumeIds'),
	'networkVolumeIds { networkVolumeId dataCenterId }',
].join(' ');

/**
 * The input of `saveEndpoint` that sets the models and nothing else. What the API resets where it is left out is said back.
 * Template, volumes and type are left out: these stay then, and would be applied anew where they are said.
 */
export function saveInput(endpoint: SavedEndpoint, modelReferences: readonly string[]) {
	const { type, templateId, networkVolumeId, networkVolumeIds, instanceIds, ...rest } = endpoint;
	// An empty list would be stored where nothing was.
	const instances = instanceIds?.length ? { instanceIds } : {};
	return { ...rest, ...instances, modelReferences };
}

/** A field that is not as it was. */
export interface Altered {
	field: string;
	from: string;
	to: string;
}

/** What else than the models differs between an endpoint before and after. */
export function alteredFields(before: SavedEndpoint, after: SavedEndpoint): Altered[] {
	const now = new Map<string, unknown>(Object.entries(after));
	return Object.entries(before)
		.filter(([field]) => field !== 'modelReferences')
		.map(([field, from]) => ({ field, from, to: now.get(field) }))
		.filter(({ field, from, to }) => !(isNone(from) && isNone(to)) && !isSame(field, from, to))
		.map(({ field, from, to }) => ({ field, from: shown(from), to: shown(to) }));
}

/** Lists in a text whose order means nothing. */
const SETS: ReadonlySet<string> = new Set(['locations', 'allowedCudaVersions']);

function isSame(field: string, from: unknown, to: unknown): boolean {
	const comparable = (value: unknown) =>
		SETS.has(field) && typeof value === 'string' ? value.split(',').sort() : value;
	return shown(comparable(from)) === shown(comparable(to));
}

/** No limit, an empty text and an empty list are nothing to RunPod. */
function isNone(value: unknown): boolean {
	const isEmpty = Array.isArray(value) && value.length === 0;
	return value === null || value === undefined || value === '' || value === 0 || isEmpty;
}

function shown(value: unknown): string {
	if (value === 0) return '0';
	if (isNone(value)) return 'nothing';
	return typeof value === 'string' ? value : JSON.stringify(value);
}
