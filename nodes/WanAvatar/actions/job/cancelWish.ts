import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import type { ExecutionWish, LeftJob } from '../../../../lib/generation/job/executionJobs';
import type { JobReport } from '../../../../lib/generation/report/report';
import type { Settled } from '../../../../lib/base/errors/settled';
import { clock, requireBucket } from '../../n8n/connections';
import { needsNoMinio } from '../../fields/credentialChoice';
import { readTrimmed } from '../../fields/formValue';
import { optionGroups } from '../../fields/optionGroups';
import { costOption } from '../../n8n/costs/includeCost';
import { inputFieldsOption } from '../../n8n/itemInput';
import type { Facts } from '../../n8n/runItems';
import { itemJson, jobEndpoint, jobId, type JobAtQueue, type JobReader } from './jobReference';

const WHICH = 'jobsToCancel';
const byId = { show: { [WHICH]: ['ids'] } };
const byExecution = { show: { [WHICH]: ['execution'] } };

export const cancelProperties: INodeProperties[] = [
	{
		displayName: 'Jobs to Cancel',
		name: WHICH,
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'By Job ID', value: 'ids', description: 'One job, or a list of jobs' },
			{
				name: 'All Jobs of an Execution',
				value: 'execution',
				description:
					'Those that the node has noted in MinIO for the execution. Needs a MinIO API credential.',
			},
		],
		default: 'ids',
		description:
			'Which jobs to cancel. After a Stop that n8n does not pass on, such as while a Wait node slept, their jobs go on and cost money.',
	},
	{ ...needsNoMinio, displayOptions: byId },
	{
		...jobId,
		description:
			'The job_id that Generate gave out, or many: a list from an expression, or a text with commas, spaces or line breaks between them. Each gets an item of its own.',
		displayOptions: byId,
	},
	{ ...jobEndpoint, displayOptions: byId },
	{
		displayName: 'Execution ID',
		name: 'executionId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 1234',
		description:
			'The ID of the execution that made the jobs, as n8n lists it. A sub-workflow has an execution of its own.',
		displayOptions: byExecution,
	},
	{
		displayName: 'Record Prefix',
		name: 'recordPrefix',
		type: 'string',
		default: 'user-avatars/',
		placeholder: 'e.g. user-avatars/user_123/',
		description:
			'Folder of the videos. What the node has noted there of its jobs (the job records) is looked through.',
		displayOptions: byExecution,
	},
	...optionGroups([costOption, inputFieldsOption]),
];

const labels = new Map([
	['executionId', 'Execution ID'],
	['prefix', 'Record Prefix'],
]);

/** What one item asks for. */
export type CancelWish = { jobs: JobAtQueue[] } | { execution: ExecutionWish };

/** A job to cancel, or one that has ended by its own record. */
export type Left = JobAtQueue | { finished: JobReport };

export interface WishReader {
	/** @throws InvalidInput */
	read: (item: number) => Promise<CancelWish>;
	/** Finds the jobs; what may be running but cannot be named is an error among them. */
	find: (wish: CancelWish) => Promise<Settled<Left>[]>;
	factsOf: (wish: CancelWish) => Facts;
}

export async function openWishes(
	context: IExecuteFunctions,
	{ locate, queueOf }: Pick<JobReader, 'locate' | 'queueOf'>,
): Promise<WishReader> {
	const { parseKnownJobs } = await import('../../../../lib/generation/job/knownJob');
	const records = await import('../../../../lib/generation/job/executionJobs');
	const isByExecution = (item: number) =>
		context.getNodeParameter(WHICH, item, 'ids') === 'execution';
	const isAny = [...context.getInputData().keys()].some(isByExecution);
	const bucket = isAny ? await requireBucket(context) : undefined;
	const parseWish = (raw: { executionId: unknown; prefix: unknown }) => {
		try {
			return records.parseExecutionWish(raw);
		} catch (error) {
			throw error instanceof InvalidInput ? error.relabelled(labels) : error;
		}
	};
	const atQueue = (left: LeftJob): Left =>
		'finished' in left ? left : { ...left, queue: queueOf(left.job.endpoint_id) };
	return {
		read: async (item) => {
			if (isByExecution(item)) {
				const executionId = readTrimmed(context, item, 'executionId', '');
				const prefix = readTrimmed(context, item, 'recordPrefix');
				return { execution: parseWish({ executionId, prefix }) };
			}
			const rawJobIds = readTrimmed(context, item, 'jobId');
			const known = parseKnownJobs(rawJobIds, itemJson(context, item));
			return { jobs: await Promise.all(known.map(async (job) => await locate(job, item))) };
		},
		find: async (wish) => {
			if ('jobs' in wish) return wish.jobs.map((value) => ({ value }));
			const signal = context.getExecutionCancelSignal();
			const within = signal ? bucket?.within(signal) : bucket;
			if (!within) return [];
			const nowMs = clock.now();
			const left = await records.findExecutionJobs(within, wish.execution, { nowMs, signal });
			return left.map((one) => ('error' in one ? one : { value: atQueue(one.value) }));
		},
		factsOf: (wish) =>
			'jobs' in wish
				? { job_id: wish.jobs.map(({ job }) => job.job_id).join(', ') }
				: { execution_id: wish.execution.executionId },
	};
}
