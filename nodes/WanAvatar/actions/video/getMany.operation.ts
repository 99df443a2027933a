import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import type { VideoEntry } from '../../../../lib/storage/video/videos';
import { objectFields, objectOutputs } from '../../fields/objectFields';
import { checkText } from '../../fields/formValue';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { readingBucket } from '../../n8n/readingBucket';
import { readLimit, returnLimit } from '../../fields/returnLimit';
import type { ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many videos',
	description: 'List the finished videos of a user or an avatar, one item each',
};

const userId: INodeProperties = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: '',
	placeholder: 'e.g. user_123',
	description: 'Whose videos to list. Leave blank for those of all users.',
};

const avatarId: INodeProperties = {
	displayName: 'Avatar ID',
	name: 'avatarId',
	type: 'string',
	default: '',
	placeholder: 'e.g. avatar_456',
	description: 'Which avatar of that user. Leave blank for all of them.',
};

const properties: INodeProperties[] = [userId, avatarId, ...returnLimit];

export const outputs = {
	minio_key: 'string',
	thumbnail_key: 'string',
	user_id: 'string',
	avatar_id: 'string',
	...objectOutputs,
} as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['video'], operation: ['getMany'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject[]>[]> {
	const { checkOwner, listVideos } = await import('../../../../lib/storage/video/videos');
	const bucket = await readingBucket(context);
	return await runItems(context, mode, {
		check: (item) => {
			const read = (field: INodeProperties) =>
				checkText(context.getNodeParameter(field.name, item, ''), field);
			const owner = { userId: read(userId), avatarId: read(avatarId) };
			checkOwner(owner);
			return { owner, limit: readLimit(context, item) };
		},
		perform: async ({ owner, limit }) => (await listVideos(bucket, owner, limit)).map(videoItem),
		ifLeft: NOTHING_CHANGED,
	});
}

function videoItem({ key, owner, thumbnailKey, ...object }: VideoEntry): ItemOf<typeof outputs> {
	return {
		minio_key: key,
		thumbnail_key: thumbnailKey,
		user_id: owner.userId,
		avatar_id: owner.avatarId,
		...objectFields(object),
	};
}
