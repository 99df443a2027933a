import type { IDataObject } from 'n8n-workflow';
import type { Endpoint } from '../../../../lib/runpod/management/managementRecords';
import { TEXTS, type ItemOf } from '../../n8n/outputs';

export const endpointOutputs = {
	endpoint_id: 'string',
	name: 'string',
	invoke_base: 'string',
	type: 'string',
	image: 'string',
	env: {
		MINIO_ENDPOINT: 'string',
		MINIO_ACCESS_KEY: 'string',
		MINIO_SECRET_KEY: 'string',
		MINIO_USE_SSL: 'string',
		MINIO_BUCKET: 'string',
		RUNPOD_INIT_TIMEOUT: 'string',
	},
	disk_gb: 'number',
	registry_auth_id: 'string',
	gpu_pools: TEXTS,
	gpu_count: 'number',
	workers_min: 'number',
	workers_max: 'number',
	idle_timeout_seconds: 'number',
	queue_delay_seconds: 'number',
	execution_timeout_ms: 'number',
	flashboot: 'string',
	data_center_ids: TEXTS,
	network_volume_ids: TEXTS,
	created_at: 'string',
} as const;

/** An endpoint as an item: what is secret in its variables is dots. */
export function endpointItem(
	endpoint: Endpoint,
	queueBaseUrl: string,
): ItemOf<typeof endpointOutputs> {
	const { id, name, gpu, workers, scaling } = endpoint;
	const env: IDataObject = {};
	for (const [variable, value] of Object.entries(endpoint.env ?? {})) env[variable] = String(value);
	return {
		endpoint_id: id,
		name,
		invoke_base: `${queueBaseUrl}/${id}`,
		type: endpoint.type ?? null,
		image: endpoint.image ?? null,
		env,
		disk_gb: endpoint.disk ?? null,
		registry_auth_id: endpoint.registry ?? null,
		gpu_pools: gpu?.pools ?? [],
		gpu_count: gpu?.count ?? null,
		workers_min: workers?.min ?? null,
		workers_max: workers?.max ?? null,
		idle_timeout_seconds: workers?.idleTimeout ?? null,
		queue_delay_seconds: scaling?.queueDelay ?? null,
		execution_timeout_ms: endpoint.timeout ?? null,
		flashboot: endpoint.flashboot ?? null,
		data_center_ids: endpoint.dataCenterIds ?? [],
		network_volume_ids: endpoint.networkVolumes ?? [],
		created_at: endpoint.createdAt ?? null,
	};
}
