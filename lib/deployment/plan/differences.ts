import { revealed } from '../../base/data/secret';
import type {
	ContainerBody,
	Endpoint,
	EndpointBody,
	EndpointChange,
	GpuBody,
	Template,
	TemplateBody,
} from '../../runpod/management/managementRecords';
import type { WorkerVariables } from '../../runpod/management/workerVariables';
import type { GivenFields } from '../settings/given';
import { toldWorkers } from '../workers/toldWorkers';

/** One field that differs, as it may be shown: secrets are dots. */
export interface Change {
	field: string;
	from: string;
	to: string;
}

/** A field that was not given and is not its default: what exists keeps its own. */
export interface KeptField {
	field: string;
	/** As it is now. */
	value: string;
	/** What a new one would get. */
	default: string;
}

/** What differs and what is kept, to be shown, and what a PATCH has to send. */
export interface Difference<B> {
	changes: Change[];
	kept: KeptField[];
	body: B;
}

export function templateDifference(
	actual: Template,
	wanted: TemplateBody,
	given: GivenFields,
): Difference<Partial<TemplateBody>> {
	const { serverless, startSsh, startJupyter } = wanted;
	const compare = comparison(given);
	return merged<Partial<TemplateBody>>([
		containerDifference(actual, wanted, given),
		part(compare('serverless', actual.serverless, serverless), { serverless }),
		part(compare('startSsh', actual.startSsh, startSsh), { startSsh }),
		part(compare('startJupyter', actual.startJupyter, startJupyter), { startJupyter }),
	]);
}

/** A mount cannot be taken off a template: such a one has to be made anew. */
export function hasVolume({ mounts }: Template): boolean {
	return mounts?.persistent !== undefined && mounts.persistent !== null;
}

export function endpointDifference(
	actual: Endpoint,
	wanted: EndpointBody,
	container: ContainerBody,
	given: GivenFields,
): Difference<EndpointChange> {
	const { timeout, flashboot, dataCenterIds, networkVolumes } = wanted;
	const compare = comparison(given);
	const compareSets = setComparison(given);
	return merged<EndpointChange>([
		containerDifference(actual, container, given),
		gpuDifference(actual.gpu ?? {}, wanted.gpu, given),
		workersDifference(actual, wanted, given),
		scalingDifference(actual, wanted, given),
		part(compare('timeout', actual.timeout, timeout), { timeout }),
		part(compare('flashboot', actual.flashboot, flashboot), { flashboot }),
		part(compareSets('dataCenterIds', actual.dataCenterIds, dataCenterIds), { dataCenterIds }),
		part(compareSets('networkVolumes', actual.networkVolumes, networkVolumes), {
			networkVolumes,
		}),
	]);
}

type Container = Pick<Template, 'image' | 'disk' | 'env' | 'registry'>;

function containerDifference(
	actual: Container,
	wanted: ContainerBody,
	given: GivenFields,
): Difference<Partial<ContainerBody>> {
	const { image, disk, registry = null } = wanted;
	const compare = comparison(given);
	return merged<Partial<ContainerBody>>([
		part(compare('image', actual.image, image), { image }),
		part(compare('disk', actual.disk, disk), { disk }),
		environmentDifference(actual.env, wanted.env, given),
		part(compare('registry', actual.registry, registry), { registry }),
	]);
}

/** Variables that are not ours, such as one that was added in the console, stay as they are; so do all where none was told. */
function environmentDifference(
	actual: WorkerVariables | undefined,
	wanted: WorkerVariables,
	given: GivenFields,
): Difference<Partial<ContainerBody>> {
	if (!actual) return merged([]);
	const differ = Object.entries(wanted).filter(
		([name, value]) => revealed(actual[name]) !== revealed(value),
	);
	const sent = differ.filter(([name]) => given.has(`env.${name}`));
	const kept = differ.filter(([name]) => !given.has(`env.${name}`) && name in actual);
	return {
		changes: sent.map(([name, value]) => ({
			field: `env.${name}`,
			from: String(actual[name] ?? NOTHING),
			to: String(value),
		})),
		kept: kept.map(([name, value]) => ({
			field: `env.${name}`,
			value: String(actual[name]),
			default: String(value),
		})),
		// A PATCH replaces env whole.
		body: sent.length === 0 ? {} : { env: { ...actual, ...Object.fromEntries(sent) } },
	};
}

function gpuDifference(
	actual: NonNullable<Endpoint['gpu']>,
	wanted: GpuBody,
	given: GivenFields,
): Difference<EndpointChange> {
	const compare = comparison(given);
	const compareSets = setComparison(given);
	const { minCudaVersion = '', allowedCudaVersions = [] } = wanted;
	const differences = [
		compare('gpu.pools', actual.pools, wanted.pools),
		compare('gpu.count', actual.count ?? 1, wanted.count),
		compare('gpu.minCudaVersion', actual.minCudaVersion, minCudaVersion),
		compareSets('gpu.allowedCudaVersions', actual.allowedCudaVersions, allowedCudaVersions),
	];
	const pools = given.has('gpu.pools') ? wanted.pools : actual.pools;
	const count = given.has('gpu.count') ? wanted.count : actual.count;
	const excludedTypes = actual.excludedTypes ?? [];
	return part(joined(differences), {
		gpu: {
			// Pools without exclusions clear those, and exclusions need pools.
			...(pools ? { pools, ...(excludedTypes.length > 0 ? { excludedTypes } : {}) } : {}),
			...(count ? { count } : {}),
			// The CUDA fields are cleared by saying so.
			minCudaVersion: given.has('gpu.minCudaVersion')
				? minCudaVersion
				: (actual.minCudaVersion ?? ''),
			allowedCudaVersions: given.has('gpu.allowedCudaVersions')
				? allowedCudaVersions
				: (actual.allowedCudaVersions ?? []),
		},
	});
}

/** Sent whole: what is left out of the block might be reset. */
function workersDifference(
	{ workers: actual }: Endpoint,
	{ workers }: EndpointBody,
	given: GivenFields,
): Difference<EndpointChange> {
	const compare = comparison(given);
	const differences = [
		compare('workers.min', actual?.min, workers.min),
		compare('workers.max', actual?.max, workers.max),
		compare('workers.idleTimeout', actual?.idleTimeout, workers.idleTimeout),
	];
	const min = given.has('workers.min') ? workers.min : actual?.min;
	const max = given.has('workers.max') ? workers.max : actual?.max;
	const idleTimeout = given.has('workers.idleTimeout') ? workers.idleTimeout : actual?.idleTimeout;
	return part(joined(differences), { workers: toldWorkers({ min, max, idleTimeout }) });
}

function scalingDifference(
	actual: Endpoint,
	{ scaling }: EndpointBody,
	given: GivenFields,
): Difference<EndpointChange> {
	const compare = comparison(given);
	const differences = [
		compare('scaling.type', actual.scaling?.type, scaling.type),
		compare('scaling.queueDelay', actual.scaling?.queueDelay, scaling.queueDelay),
	];
	return part(joined(differences), { scaling });
}

function merged<B extends object>(
	parts: readonly Difference<Partial<B>>[],
): Difference<Partial<B>> {
	return {
		...joined(parts),
		body: parts.reduce<Partial<B>>((body, one) => ({ ...body, ...one.body }), {}),
	};
}

type Comparison = Pick<Difference<object>, 'changes' | 'kept'>;

function joined(parts: readonly Comparison[]): Comparison {
	return {
		changes: parts.flatMap(({ changes }) => changes),
		kept: parts.flatMap(({ kept }) => kept),
	};
}

/** The body counts only where something differs. */
function part<B extends object>({ changes, kept }: Comparison, body: B): Difference<Partial<B>> {
	return { changes, kept, body: changes.length === 0 ? {} : body };
}

type Value = string | number | boolean | readonly string[] | null | undefined;

function comparison(given: GivenFields) {
	return (field: string, actual: Value, wanted: Value): Comparison => {
		const [from, to] = [shownValue(actual), shownValue(wanted)];
		if (from === to) return { changes: [], kept: [] };
		if (given.has(field)) return { changes: [{ field, from, to }], kept: [] };
		const isTold = actual !== undefined && actual !== null;
		return { changes: [], kept: isTold ? [{ field, value: from, default: to }] : [] };
	};
}

/** Of lists whose order means nothing. */
function setComparison(given: GivenFields) {
	const compare = comparison(given);
	return (
		field: string,
		actual: readonly string[] | null | undefined,
		wanted: readonly string[],
	): Comparison => compare(field, [...(actual ?? [])].sort(), [...wanted].sort());
}

const NOTHING = 'nothing';

/** A value as text; an empty one is nothing, as RunPod takes it too. */
export function shownValue(value: Value): string {
	if (value === undefined || value === null || value === '') return NOTHING;
	if (typeof value !== 'object') return String(value);
	return value.length === 0 ? NOTHING : value.join(', ');
}
