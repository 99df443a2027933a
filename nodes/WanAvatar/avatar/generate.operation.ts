import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End, GenerationPorts } from '../../../lib/generation/generate';
import { clock, connectBucket, connectQueue } from '../connections';
import { includeInputFields, withInputFields } from '../itemInput';
import type { RunMode } from '../operation';
import { drivingVideoProperties } from './drivingVideo';
import { portraitProperties } from './portrait';
import { readRequest } from './request';

export const option: INodePropertyOptions = {
	name: 'Generate',
	value: 'generate',
	action: 'Generate an avatar video',
	description: 'Move a portrait by a driving video and get an MP4 and a thumbnail',
};

const optional: INodeProperties[] = [
	{
		displayName: 'Additional Worker Inputs',
		name: 'additionalWorkerInputs',
		type: 'json',
		default: '{}',
		description:
			'Inputs that a newer worker knows and this form does not, as a JSON object. Fields of this form cannot be set here.',
	},
	includeInputFields,
	{
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		type: 'string',
		default: '',
		placeholder: 'e.g. blurry, distorted hands',
		description: 'What the video should not show',
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		default: '',
		placeholder: 'e.g. a person in an office, soft light',
		description: 'What the video should show',
	},
	{
		displayName: 'Timeout (Minutes)',
		name: 'timeoutMinutes',
		type: 'number',
		typeOptions: { minValue: 0.1 },
		default: 60,
		description:
			'How long to wait for each video. A job that is not finished by then is cancelled on RunPod.',
	},
];

const properties: INodeProperties[] = [
	{
		displayName: 'User ID',
		name: 'userId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. user_123',
		description: 'Whose avatar it is; becomes a folder of the output keys',
	},
	{
		displayName: 'Avatar ID',
		name: 'avatarId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. avatar_456',
		description: 'Which avatar of that user it is; becomes a folder of the output keys',
	},
	...portraitProperties,
	...drivingVideoProperties,
	{
		displayName: 'Output Video Key',
		name: 'outputVideoKey',
		type: 'string',
		default: 'user-avatars/<user_id>/<avatar_id>/idle.mp4',
		description:
			"Where the video is stored in the worker's bucket. &lt;user_id&gt; and &lt;avatar_id&gt; are filled in. Leave blank for a key that the worker chooses.",
	},
	{
		displayName: 'Output Thumbnail Key',
		name: 'outputThumbnailKey',
		type: 'string',
		default: 'user-avatars/<user_id>/<avatar_id>/thumb.jpg',
		description:
			"Where the thumbnail (JPG) is stored in the worker's bucket. Leave blank for no thumbnail.",
	},
	{
		displayName: 'Wait for Completion',
		name: 'waitForCompletion',
		type: 'boolean',
		default: true,
		description:
			'Whether to wait until the video is there. If off, the job ID is output at once, for Get Status.',
	},
	{
		displayName:
			'Add a MinIO API credential to get links that open for 7 days, signed for your public address. Without one, the links of the worker are passed on.',
		name: 'minioNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: optional,
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['avatar'], operation: ['generate'] } },
	properties,
);

/** All items are read and checked first; then they are submitted and followed together. */
export async function execute(
	context: IExecuteFunctions,
	{ continueOnFail }: RunMode,
): Promise<End<IDataObject>[]> {
	const { generateAll, settle } = await import('../../../lib/generation/generate');
	const items = context.getInputData();
	const requests = await Promise.all(
		items.map(async (_item, i) => await settle(readRequest(context, i))),
	);
	const ends = await generateAll(requests, async () => await connect(context), {
		stopOnFault: !continueOnFail,
	});
	return ends.map((end, i) =>
		'value' in end ? { value: withInputFields(context, i, { ...end.value }) } : end,
	);
}

async function connect(context: IExecuteFunctions): Promise<GenerationPorts> {
	const [queue, bucket] = await Promise.all([connectQueue(context), connectBucket(context)]);
	return { queue, bucket, clock, signal: context.getExecutionCancelSignal() };
}
