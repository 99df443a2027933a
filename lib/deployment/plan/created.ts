import type { EndpointBody, TemplateBody } from '../../runpod/management/managementRecords';
import { shownValue, type Change } from './differences';

/** What a new template will have, to be shown. */
export function createdTemplate({ name, env, ...fields }: TemplateBody): Change[] {
	const { image, disk, registry, ...flags } = fields;
	return [
		...fromNothing({ image, disk, registry, ...flags }),
		...Object.entries(env).map(([variable, value]) => ({
			field: `env.${variable}`,
			from: 'nothing',
			to: String(value),
		})),
	];
}

/** The same of an endpoint. */
export function createdEndpoint(body: EndpointBody): Change[] {
	const { gpu, workers, scaling, timeout, flashboot, dataCenterIds, networkVolumes } = body;
	return fromNothing({
		type: body.type,
		'gpu.pools': gpu.pools,
		'gpu.count': gpu.count,
		'gpu.minCudaVersion': gpu.minCudaVersion,
		'gpu.allowedCudaVersions': gpu.allowedCudaVersions,
		'workers.min': workers.min,
		'workers.max': workers.max,
		'workers.idleTimeout': workers.idleTimeout,
		'scaling.queueDelay': scaling.queueDelay,
		timeout,
		flashboot,
		dataCenterIds,
		networkVolumes,
	});
}

function fromNothing(fields: Readonly<Record<string, Parameters<typeof shownValue>[0]>>): Change[] {
	return Object.entries(fields)
		.map(([field, value]) => ({ field, from: 'nothing', to: shownValue(value) }))
		.filter(({ to }) => to !== 'nothing');
}
