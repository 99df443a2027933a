import type { INodeProperties } from 'n8n-workflow';
import { WAIT_MODE } from '../../../../lib/generation/request/optionDefaults';
import { NOT_AS_TOOL, ONLY_AS_TOOL } from '../../n8n/asTool';

export const waitForCompletion: INodeProperties = {
	displayName: 'Wait for Completion',
	name: 'waitForCompletion',
	type: 'boolean',
	default: true,
	description:
		'Whether to wait until the video is there. If off, the job ID is output at once, for Get Status. As a tool of an AI agent, the node waits for 18 seconds at most, and then outputs the job ID.',
};

/** For models: nothing else of the form tells a wish for another take from a call that is made twice. */
export const makeAgain: INodeProperties = {
	displayName: 'Make Again',
	name: 'makeAgain',
	type: 'boolean',
	default: false,
	description:
		'Whether to make and pay a new video though the same was asked for before. If off, the same request gets the same job within one execution. Let the model decide only where people may ask for another take.',
	...ONLY_AS_TOOL,
};

/** How the execution waits where it does; the same for all items. */
export const waitMode: INodeProperties = {
	displayName: 'How to Wait',
	name: WAIT_MODE,
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'In This Node',
			value: 'inNode',
			description: 'The execution runs until all videos are there',
		},
		{
			name: 'Suspend Until Called Back',
			value: 'suspend',
			description:
				'The execution sleeps, also over a restart of n8n, until RunPod calls. Needs MinIO, and an n8n that RunPod can reach.',
		},
	],
	default: 'inNode',
	description: 'How to wait for the videos',
	displayOptions: { show: { [waitForCompletion.name]: [true] }, ...NOT_AS_TOOL.displayOptions },
};

export const suspendNotice: INodeProperties = {
	displayName:
		'While the execution sleeps, stopping or deleting it does not cancel its jobs: RunPod ends them after Max Run Time, or Timeout. When Timeout is over, n8n passes the jobs on as they are: a <b>Wait for Completion</b> of Wan Avatar behind this node fetches their videos, and passes on what is finished.',
	name: 'suspendNotice',
	type: 'notice',
	default: '',
	displayOptions: {
		show: { [waitForCompletion.name]: [true], [WAIT_MODE]: ['suspend'] },
		...NOT_AS_TOOL.displayOptions,
	},
};
