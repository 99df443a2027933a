import { revealed } from '../contract/secret';
import type {
	ContainerBody,
	Endpoint,
	EndpointBody,
	EndpointChange,
	GpuBody,
	Template,
	TemplateBody,
} from '../runpod/managementRecords';
import type { WorkerVariables } from '../runpod/workerVariables';

/** One field that differs, as it may be shown: secrets are dots. */
export interface Change {
	field: string;
	from: string;
	to: string;
}

/** What differs, to be shown, and what a PATCH has to send. */
export interface Difference<B> {
	changes: Change[];
	body: B;
}

export function templateDifference(
	actual: Template,
	wanted: TemplateBody,
): Difference<Partial<TemplateBody>> {
	const { serverless, startSsh, startJupyter } = wanted;
	return merged<Partial<TemplateBody>>([
		containerDifference(actual, wanted),
		part(differ('serverless', actual.serverless, serverless), { serverless }),
		part(differ('startSsh', actual.startSsh, startSsh), { startSsh }),
		part(differ('startJupyter', actual.startJupyter, startJupyter), { startJupyter }),
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
): Difference<EndpointChange> {
	const { timeout, flashboot, dataCenterIds, networkVolumes } = wanted;
	return merged<EndpointChange>([
		containerDifference(actual, container),
		gpuDifference(actual.gpu ?? {}, wanted.gpu),
		workersDifference(actual, wanted),
		scalingDifference(actual, wanted),
		part(differ('timeout', actual.timeout, timeout), { timeout }),
		part(differ('flashboot', actual.flashboot, flashboot), { flashboot }),
		part(differAsSets('dataCenterIds', actual.dataCenterIds, dataCenterIds), { dataCenterIds }),
		part(differAsSets('networkVolumes', actual.networkVolumes, networkVolumes), {
			networkVolumes,
		}),
	]);
}

type Container = Pick<Template, 'image' | 'disk' | 'env' | 'registry'>;

function containerDifference(
	actual: Container,
	wanted: ContainerBody,
): Difference<Partial<ContainerBody>> {
	const { image, disk, env, registry = null } = wanted;
	return merged<Partial<ContainerBody>>([
		part(differ('image', actual.image, image), { image }),
		part(differ('disk', actual.disk, disk), { disk }),
		// A PATCH replaces env whole.
		part(variablesThatDiffer(actual.env, env), { env: { ...actual.env, ...env } }),
		part(differ('registry', actual.registry, registry), { registry }),
	]);
}

/** Variables that are not ours, such as one that was added in the console, stay as they are. */
function variablesThatDiffer(actual: WorkerVariables, wanted: WorkerVariables): Change[] {
	const changed = Object.entries(wanted).filter(
		([name, value]) => revealed(actual[name]) !== revealed(value),
	);
	return changed.map(([name, value]) => {
		const before = actual[name];
		return {
			field: `env.${name}`,
			from: before === undefined ? NOTHING : String(before),
			to: String(value),
		};
	});
}

function gpuDifference(
	actual: NonNullable<Endpoint['gpu']>,
	wanted: GpuBody,
): Difference<EndpointChange> {
	const { pools, count, minCudaVersion = '', allowedCudaVersions = [] } = wanted;
	const changes = [
		...differ('gpu.pools', actual.pools, pools),
		...differ('gpu.count', actual.count ?? 1, count),
		...differ('gpu.minCudaVersion', actual.minCudaVersion, minCudaVersion),
		...differAsSets('gpu.allowedCudaVersions', actual.allowedCudaVersions, allowedCudaVersions),
	];
	// Pools without exclusions clear those, and the CUDA fields are cleared by saying so.
	const excludedTypes = actual.excludedTypes ?? [];
	const exclusions = excludedTypes.length > 0 ? { excludedTypes } : {};
	return part(changes, {
		gpu: { pools, count, ...exclusions, minCudaVersion, allowedCudaVersions },
	});
}

/** Sent whole: what is left out of the block might be reset. */
function workersDifference(
	actual: Endpoint,
	{ workers }: EndpointBody,
): Difference<EndpointChange> {
	const changes = [
		...differ('workers.min', actual.workers?.min, workers.min),
		...differ('workers.max', actual.workers?.max, workers.max),
		...differ('workers.idleTimeout', actual.workers?.idleTimeout, workers.idleTimeout),
	];
	return part(changes, { workers });
}

function scalingDifference(
	actual: Endpoint,
	{ scaling }: EndpointBody,
): Difference<EndpointChange> {
	const changes = [
		...differ('scaling.type', actual.scaling?.type, scaling.type),
		...differ('scaling.queueDelay', actual.scaling?.queueDelay, scaling.queueDelay),
	];
	return part(changes, { scaling });
}

function merged<B extends object>(
	parts: readonly Difference<Partial<B>>[],
): Difference<Partial<B>> {
	return {
		changes: parts.flatMap(({ changes }) => changes),
		body: parts.reduce<Partial<B>>((body, one) => ({ ...body, ...one.body }), {}),
	};
}

/** The body counts only where something differs. */
function part<B extends object>(changes: Change[], body: B): Difference<Partial<B>> {
	return { changes, body: changes.length === 0 ? {} : body };
}

type Value = string | number | boolean | readonly string[] | null | undefined;

function differ(field: string, actual: Value, wanted: Value): Change[] {
	const [from, to] = [shownValue(actual), shownValue(wanted)];
	return from === to ? [] : [{ field, from, to }];
}

/** Lists whose order means nothing. */
function differAsSets(
	field: string,
	actual: readonly string[] | null | undefined,
	wanted: readonly string[],
): Change[] {
	return differ(field, [...(actual ?? [])].sort(), [...wanted].sort());
}

const NOTHING = 'nothing';

/** A value as text; an empty one is nothing, as RunPod takes it too. */
export function shownValue(value: Value): string {
	if (value === undefined || value === null || value === '') return NOTHING;
	if (typeof value !== 'object') return String(value);
	return value.length === 0 ? NOTHING : value.join(', ');
}
