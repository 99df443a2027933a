import { optionDefault, WAIT_MODE } from '../../../../lib/generation/request/optionDefaults';
import { costOption } from '../../n8n/costs/includeCost';
import { resultLinkOptions } from '../../fields/linkOptions';
import type { GroupedOption } from '../../fields/optionGroups';
import { NOT_AS_TOOL } from '../../n8n/asTool';
import { inputFieldsOption } from '../../n8n/itemInput';

/** One option of *Generate*: where the form shows it, how, and what it is for. */
interface FormOption extends GroupedOption {
	/** Whether *Wait for Completion* of a job has it too. */
	isForWaiting?: boolean;
}

/** The options of *Generate*: by group, and in each in the alphabetical order that n8n wants. */
export const formOptions: readonly FormOption[] = [
	{
		group: 'output',
		property: {
			displayName: 'Check Only',
			name: 'checkOnly',
			type: 'boolean',
			default: false,
			description:
				'Whether to check all items and output the requests that would be sent, without sending any. With Include Cost each has an estimate of its cost.',
		},
	},
	{
		group: 'output',
		property: {
			displayName: 'Download Thumbnail',
			name: 'downloadThumbnail',
			type: 'boolean',
			default: false,
			description:
				'Whether to put the thumbnail, if there is one, into the binary field "thumbnail". Needs a MinIO API credential.',
			...NOT_AS_TOOL,
		},
	},
	{
		group: 'output',
		property: {
			displayName: 'Download Video',
			name: 'downloadVideo',
			type: 'boolean',
			default: false,
			description:
				'Whether to put the MP4 into the binary field "video", ready for an email or a CMS. Needs a MinIO API credential.',
			...NOT_AS_TOOL,
		},
	},
	{
		group: 'output',
		property: {
			displayName: 'If the Video Exists',
			name: 'ifVideoExists',
			type: 'options',
			options: [
				{ name: 'Fail', value: 'fail', description: 'End with an error, and make nothing' },
				{ name: 'Regenerate', value: 'regenerate', description: 'Make it anew and replace it' },
				{ name: 'Return It', value: 'return', description: 'Output the video that is there' },
			],
			default: optionDefault('ifVideoExists'),
			description:
				'What to do when there is a video at Output Video Key already. Fail and Return It need that key and a MinIO API credential; where they cannot look, nothing is sent.',
		},
	},
	{ ...costOption, isForWaiting: true },
	{ ...inputFieldsOption, isForWaiting: true },
	{
		group: 'output',
		property: {
			displayName: 'Output Name',
			name: 'outputName',
			type: 'options',
			options: [
				{
					name: 'New for Each Run',
					value: 'new',
					description: 'The execution is added to the names, so earlier videos stay',
				},
				{
					name: 'Stable',
					value: 'stable',
					description: 'The output keys as they are, so a new video replaces the earlier one',
				},
			],
			default: optionDefault('outputName'),
			description: 'Whether a new run writes the same output keys or new ones',
		},
	},
	...resultLinkOptions.map((option) => ({ ...option, isForWaiting: true })),
	{
		group: 'waiting',
		property: {
			displayName: 'Allow HTTP Callback',
			name: 'allowHttpCallback',
			type: 'boolean',
			default: false,
			description:
				'Whether RunPod may call n8n at an address without encryption, where others on the way can read the job. For Suspend Until Called Back.',
		},
	},
	{
		group: 'waiting',
		property: {
			displayName: 'On Timeout',
			name: 'onTimeout',
			type: 'options',
			options: [
				{ name: 'Cancel the Job', value: 'cancel', description: 'So that it costs nothing more' },
				{
					name: 'Leave It Running',
					value: 'leave',
					description: 'Its video is stored all the same; ask later with Get Status',
				},
			],
			default: optionDefault('onTimeout'),
			description: 'What happens on RunPod to a job that is not finished after Timeout',
		},
		isForWaiting: true,
	},
	{
		group: 'waiting',
		property: {
			displayName: 'Poll Interval (Seconds)',
			name: 'pollIntervalSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 5,
			description:
				'How often to ask RunPod about a job. Without this option, the node learns when to ask from the jobs that have finished.',
		},
		isForWaiting: true,
	},
	{
		group: 'waiting',
		property: {
			displayName: 'Timeout (Minutes)',
			name: 'timeoutMinutes',
			type: 'number',
			typeOptions: { minValue: 0.1 },
			default: optionDefault('timeoutMinutes'),
			description: 'How long to wait for each video, in the queue and on the worker',
		},
		isForWaiting: true,
	},
	{
		group: 'limits',
		property: {
			displayName: 'Max Jobs per Execution',
			name: 'maxJobs',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: optionDefault('maxJobs'),
			description:
				'With more items than this, nothing is sent: a guard against a surprise on the bill',
		},
	},
	{
		group: 'limits',
		property: {
			displayName: 'Max Parallel Jobs',
			name: 'maxParallelJobs',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: optionDefault('maxParallelJobs'),
			description:
				'How many jobs are under way at once. 0 is automatic: as many as the endpoint has workers for, and a few that wait. With 1, items are made one after another.',
		},
	},
	{
		group: 'limits',
		property: {
			displayName: 'Max Queue Time (Minutes)',
			name: 'maxQueueMinutes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 60,
			description:
				'How long a job may wait for a worker on RunPod. With Max Run Time, which it needs, it is the time after which RunPod deletes the job.',
		},
	},
	{
		group: 'limits',
		property: {
			displayName: 'Max Restarts',
			name: 'maxRestarts',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: optionDefault('maxRestarts'),
			description:
				'How often RunPod may start a job over when its worker dies. A job that is started over more often is cancelled. With Spending Limit, it is 1 at most.',
		},
		isForWaiting: true,
	},
	{
		group: 'limits',
		property: {
			displayName: 'Max Run Time (Minutes)',
			name: 'maxRunMinutes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 60,
			description:
				"How long a job may run on a worker. Without this option, the endpoint's own setting counts.",
		},
	},
	{
		group: 'limits',
		property: {
			displayName: 'Price per GPU Second (USD)',
			name: 'pricePerGpuSecond',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 8 },
			default: 0,
			placeholder: 'e.g. 0.00116',
			description:
				"What one GPU costs for a second, for Spending Limit: in the place of RunPod's list price, where your key may not read it or you pay another. 0: RunPod's list price.",
		},
	},
	{
		group: 'limits',
		property: {
			displayName: 'Spending Limit (USD)',
			name: 'spendingLimit',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 6 },
			default: 10,
			description:
				'What the jobs of this node may cost together in one execution. Before a job is sent, the most that it can cost is reserved; where there is no room, the job waits for others to end, and is not sent if there is still none. Without this option there is no limit.',
		},
	},
	{
		group: 'worker',
		property: {
			displayName: 'Additional Worker Inputs',
			name: 'additionalWorkerInputs',
			type: 'json',
			default: '{}',
			description:
				'Inputs that a newer worker knows and this form does not, as a JSON object. Fields of this form cannot be set here.',
		},
	},
	{
		group: 'worker',
		property: {
			displayName: 'Submit Anyway',
			name: 'submitAnyway',
			type: 'boolean',
			default: false,
			description:
				'Whether to send an item again though RunPod gave no job ID for an earlier job of it, which may be running, or though its video is not where it should be. It may be paid twice.',
		},
	},
	{
		group: 'worker',
		property: {
			displayName: 'Webhook URL',
			name: 'webhookUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $execution.resumeUrl }}',
			displayOptions: { hide: { [`/${WAIT_MODE}`]: ['suspend'] } },
			description:
				'An address that RunPod calls when the job ends. With Wait for Completion off, a Wait node can be resumed by it.',
		},
	},
];

/** The options that concern waiting, and the links of what comes of it. */
export const waitingOptions: readonly GroupedOption[] = formOptions.filter(
	({ isForWaiting }) => isForWaiting,
);
