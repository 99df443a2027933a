import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { HealthReport } from '../../../../lib/deployment/workers/endpointHealth';
import type {
	ReportedModel,
	ReportedWorker,
} from '../../../../lib/deployment/workers/workerReport';
import type { End } from '../../../../lib/base/errors/settled';
import { readSwitchOption } from '../../fields/formValue';
import { optionGroups, readOptions } from '../../fields/optionGroups';
import { clock } from '../../n8n/connections';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { endpointProperties, openEndpoints } from './endpointChoice';
import { TEXTS, type ItemOf, type OutputType } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Get Health',
	value: 'getHealth',
	action: 'Get the health of an endpoint',
	description:
		'See workers and jobs, and one word: ready, cold, throttled, unhealthy, paused or unknown',
};

const includeWorkers: INodeProperties = {
	displayName: 'Include Workers',
	name: 'includeWorkers',
	type: 'boolean',
	default: false,
	description:
		'Whether to show each worker too: what its machine has of the cached model of the endpoint, and the last lines of its log where it does not get ready',
};

const modelOutputs = {
	commit: 'string',
	status: 'string',
	failure_phase: 'string',
	failure_reason: 'string',
	mount_path: 'string',
} as const satisfies Record<keyof ReportedModel, OutputType>;

const workerOutputs = {
	id: 'string',
	status: 'string',
	gpu_type: 'string',
	is_stale: 'boolean',
	models: [modelOutputs],
	last_log_lines: TEXTS,
} as const satisfies Record<keyof ReportedWorker, OutputType>;

export const outputs = {
	endpoint_id: 'string',
	name: 'string',
	health: 'string',
	meaning: 'string',
	notes: TEXTS,
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
	cached_model: 'string',
	worker_details: [workerOutputs],
} as const satisfies Record<keyof HealthReport, OutputType>;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getHealth'] } },
	[...endpointProperties, ...optionGroups([{ group: 'output', property: includeWorkers }])],
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { getHealth, getHealthOfWorkers } =
		await import('../../../../lib/deployment/workers/endpointHealth');
	const { account, read, factsOf } = await openEndpoints(context);
	const { management, queueOf, signal } = account;
	return await runItems(context, mode, {
		check: async (item) => ({
			...(await read(item)),
			isDetailed: readSwitchOption(readOptions(context, item), includeWorkers),
		}),
		perform: async ({ id, isDetailed }) => {
			const ports = { management, queue: queueOf(id), clock, signal };
			const report = await (isDetailed ? getHealthOfWorkers(id, ports) : getHealth(id, ports));
			return healthItem(report);
		},
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}

function healthItem({ workers, jobs, worker_details, ...rest }: HealthReport) {
	return {
		...rest,
		workers: { ...workers },
		jobs: { ...jobs },
		worker_details: workerItems(worker_details),
	} satisfies ItemOf<typeof outputs>;
}

function workerItems(workers: readonly ReportedWorker[] | null) {
	return (
		workers?.map(({ models, ...rest }) => ({
			...rest,
			models: models?.map((model) => ({ ...model })) ?? null,
		})) ?? null
	);
}
