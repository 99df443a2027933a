import type { INodeProperties } from 'n8n-workflow';
import type { ContractField } from '../../../../lib/contract/jobInput';
import { labelOf } from './sources';

/** A field of the job input that has a place of its own in the form. */
interface WorkerInput {
	field: ContractField;
	/** A blank one is sent, so that the contract refuses it by name, or left out. */
	blank: 'sent' | 'left out';
	property: INodeProperties;
}

/** In the order of the form. */
const workerInputs: readonly WorkerInput[] = [
	{
		field: 'prompt',
		blank: 'left out',
		property: {
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			default: '',
			placeholder: 'e.g. a person in an office, soft light',
			description: 'What the video should show. Leave blank for none.',
		},
	},
	{
		field: 'negative_prompt',
		blank: 'left out',
		property: {
			displayName: 'Negative Prompt',
			name: 'negativePrompt',
			type: 'string',
			default: '',
			placeholder: 'e.g. blurry, distorted hands',
			description: 'What the video should not show. Leave blank for none.',
		},
	},
	{
		field: 'user_id',
		blank: 'sent',
		property: {
			displayName: 'User ID',
			name: 'userId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. user_123',
			description:
				'Whose avatar it is: any name without a slash. A folder for the videos gets this name.',
		},
	},
	{
		field: 'avatar_id',
		blank: 'sent',
		property: {
			displayName: 'Avatar ID',
			name: 'avatarId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. avatar_456',
			description:
				'Which avatar of that user it is: any name without a slash. A folder for its videos gets this name.',
		},
	},
	{
		field: 'output_video_key',
		blank: 'left out',
		property: {
			displayName: 'Output Video Key',
			name: 'outputVideoKey',
			type: 'string',
			default: 'user-avatars/<user_id>/<avatar_id>/idle.mp4',
			description:
				"Where the video is stored in the worker's bucket: folders and file name. &lt;user_id&gt; and &lt;avatar_id&gt; are filled in. Leave blank to let the worker choose.",
		},
	},
	{
		field: 'output_thumbnail_key',
		blank: 'left out',
		property: {
			displayName: 'Output Thumbnail Key',
			name: 'outputThumbnailKey',
			type: 'string',
			default: 'user-avatars/<user_id>/<avatar_id>/thumb.jpg',
			description:
				"Where the thumbnail (JPG) is stored in the worker's bucket: folders and file name. Leave blank for no thumbnail.",
		},
	},
];

export const workerInputProperties: INodeProperties[] = workerInputs.map(
	({ property }) => property,
);

/** The form's own names of these fields, for messages. */
export const workerInputLabels: readonly [field: string, label: string][] = workerInputs.map(
	({ field, property }) => labelOf(field, property),
);

/** What one item gives for the job input, in the contract's names. */
export interface WorkerInputValues {
	/** Those that are sent though they are blank: whose avatar it is. */
	always: Record<string, unknown>;
	unlessBlank: Record<string, unknown>;
}

/** Reads these fields by the names of their properties. */
export function readWorkerInputs(read: (name: string) => unknown): WorkerInputValues {
	const always: Record<string, unknown> = {};
	const unlessBlank: Record<string, unknown> = {};
	for (const { field, blank, property } of workerInputs) {
		const value = read(property.name);
		if (blank === 'sent') always[field] = value;
		else if (!isBlank(value)) unlessBlank[field] = value;
	}
	return { always, unlessBlank };
}

function isBlank(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}
