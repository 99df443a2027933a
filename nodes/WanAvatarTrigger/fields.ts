import type { INodeProperties } from 'n8n-workflow';
import { useMinio } from '../WanAvatar/fields/credentialChoice';
import { resultLinkOptions } from '../WanAvatar/fields/linkOptions';
import { optionGroups } from '../WanAvatar/fields/optionGroups';

const address: INodeProperties = {
	displayName:
		"Publish the workflow, and paste the Production URL from above into Webhook URL (Worker Options) of Generate, with Wait for Completion off. Keep it to yourself: whoever knows it can make n8n ask RunPod, though not start anything but by the end of a job of the credential's endpoint.",
	name: 'addressNotice',
	type: 'notice',
	default: '',
};

export const events: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	noDataExpression: true,
	options: [
		{
			name: 'Cancelled',
			value: 'cancelled',
			description: 'The job was cancelled. RunPod does not promise a call for that.',
		},
		{ name: 'Completed', value: 'completed', description: 'The worker has done the job' },
		{ name: 'Failed', value: 'failed', description: 'The worker failed' },
		{
			name: 'Timed Out',
			value: 'timedOut',
			description: 'RunPod ended the job: its time was over',
		},
	],
	default: ['completed', 'failed', 'timedOut', 'cancelled'],
	required: true,
	description:
		'Which ends of a job start the workflow. The field status of the item tells them apart; failure_reason is null where there is a video.',
};

const repeats: INodeProperties = {
	displayName:
		'RunPod may make a call more than once; each end of a job starts one execution. In queue mode with several webhook processes it is at least one.',
	name: 'repeatsNotice',
	type: 'notice',
	default: '',
};

export const properties: INodeProperties[] = [
	address,
	events,
	{
		...useMinio,
		description:
			'Whether to use your MinIO storage too, by a MinIO API credential. Then the video is looked at there before the workflow starts, and links open for up to 7 days.',
	},
	...optionGroups(resultLinkOptions),
	repeats,
];
