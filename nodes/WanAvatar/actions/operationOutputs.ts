import type { Deployment } from '../../../lib/deployment/apply/deploy';
import type { Change } from '../../../lib/deployment/plan/differences';
import type { Kept, Plan, PlanStep } from '../../../lib/deployment/plan/plan';
import type { HealthReport } from '../../../lib/deployment/workers/endpointHealth';

/** What a field holds when it holds something: a plain type, a list (in brackets), or fields of its own. */
export type OutputType =
	'string' | 'number' | 'integer' | 'boolean' | 'null' | readonly [OutputType] | OutputFields;

export interface OutputFields {
	readonly [name: string]: OutputType;
}

const texts = ['string'] as const;

const object = {
	size_bytes: 'integer',
	last_modified: 'string',
	etag: 'string',
} as const;

const template = { template_id: 'string', driving_video_path: 'string' } as const;
const templateWithFacts = {
	...template,
	...object,
	preview_url: 'string',
	preview_url_expires_at: 'string',
	duration_seconds: 'number',
	width: 'integer',
	height: 'integer',
	fps: 'number',
} as const;

const endpoint = {
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
	gpu_pools: texts,
	gpu_count: 'number',
	workers_min: 'number',
	workers_max: 'number',
	idle_timeout_seconds: 'number',
	queue_delay_seconds: 'number',
	execution_timeout_ms: 'number',
	flashboot: 'string',
	data_center_ids: texts,
	network_volume_ids: texts,
	created_at: 'string',
} as const;

const change = { field: 'string', from: 'string', to: 'string' } as const satisfies Record<
	keyof Change,
	OutputType
>;
const step = {
	resource: 'string',
	action: 'string',
	name: 'string',
	id: 'string',
	changes: [change],
	reason: 'string',
} as const satisfies Record<keyof PlanStep, OutputType>;
const kept = {
	resource: 'string',
	field: 'string',
	value: 'string',
	default: 'string',
} as const satisfies Record<keyof Kept, OutputType>;
const planned = { steps: [step], kept: [kept], notes: texts } as const satisfies Record<
	Exclude<keyof Plan, 'name'>,
	OutputType
>;

const deployed = {
	name: 'string',
	endpoint_id: 'string',
	template_id: 'string',
	registry_auth_id: 'string',
	invoke_base: 'string',
	changed: 'boolean',
	served: 'boolean',
} as const satisfies Record<keyof Deployment, OutputType>;

const health = {
	endpoint_id: 'string',
	name: 'string',
	health: 'string',
	meaning: 'string',
	notes: texts,
	workers: {
		idle: 'number',
		initializing: 'number',
		ready: 'number',
		running: 'number',
		throttled: 'number',
		unhealthy: 'number',
		min: 'number',
		max: 'number',
	} satisfies Record<keyof HealthReport['workers'], OutputType>,
	jobs: {
		in_queue: 'number',
		in_progress: 'number',
		completed: 'number',
		failed: 'number',
		retried: 'number',
	} satisfies Record<keyof HealthReport['jobs'], OutputType>,
} as const satisfies Record<keyof HealthReport, OutputType>;

const video = { minio_key: 'string', thumbnail_key: 'string' } as const;

/** Operations that give out the report of a job: its fields stand in `lib/generation/report/reportFields.ts`. */
export const JOB_REPORTS: readonly string[] = [
	'avatar/generate',
	'job/cancel',
	'job/getStatus',
	'job/retry',
	'job/wait',
];

/** What the other operations give out, for their output schemas (`npm run schemas`). */
export const OPERATION_OUTPUTS: Readonly<Record<string, OutputFields>> = {
	'endpoint/delete': { endpoint_id: 'string', deleted: 'boolean', steps: [step] },
	'endpoint/deploy': { ...deployed, ...planned },
	'endpoint/get': endpoint,
	'endpoint/getHealth': health,
	'endpoint/getMany': endpoint,
	'endpoint/plan': { name: 'string', ...planned, changes_something: 'boolean' },
	'endpoint/purgeQueue': { endpoint_id: 'string', removed: 'number' },
	'endpoint/setWorkers': endpoint,
	'endpoint/updateImage': { ...endpoint, template_id: 'string', changed: 'boolean' },
	'template/delete': { ...template, deleted: 'boolean' },
	'template/get': templateWithFacts,
	'template/getMany': templateWithFacts,
	'template/upload': { ...template, ...object },
	'video/delete': { minio_key: 'string', deleted: 'boolean', deleted_keys: texts, warnings: texts },
	'video/download': { ...video, warnings: texts },
	'video/getLinks': {
		minio_key: 'string',
		video_url: 'string',
		video_url_expires_at: 'string',
		thumbnail_key: 'string',
		thumbnail_url: 'string',
		thumbnail_url_expires_at: 'string',
		warnings: texts,
	},
	'video/getMany': {
		...video,
		user_id: 'string',
		avatar_id: 'string',
		...object,
	},
};
