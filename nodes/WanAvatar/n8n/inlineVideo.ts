import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import type { InlineVideo } from '../../../lib/base/data/inlineText';
import type { JobResult } from '../../../lib/generation/report/jobResult';
import { ItemWithFiles, type ItemResult } from './operation';

/** What stores a file of an item: all contexts of n8n that give items have it. */
interface WithFiles {
	helpers: Pick<IExecuteFunctions['helpers'], 'prepareBinaryData'>;
}

/** The binary field of a video that came in the worker's answer and lies nowhere else; no field for any other. */
export async function inlineFiles(
	context: WithFiles,
	video: InlineVideo | undefined,
	outputVideoKey: string | null,
): Promise<IBinaryKeyData> {
	if (!video) return {};
	const { fileNameOf, withoutExtension } = await import('../../../lib/storage/objects/fileName');
	const { extension, contentType } = video.type;
	const name = `${withoutExtension(fileNameOf(outputVideoKey ?? 'idle'))}.${extension}`;
	return { video: await context.helpers.prepareBinaryData(video.content, name, contentType) };
}

/** The item of a job's result. */
export async function resultItem(
	context: WithFiles,
	{ report, video }: JobResult,
): Promise<ItemResult> {
	if (!video) return { ...report };
	const files = await inlineFiles(context, video, report.output_video_key);
	return new ItemWithFiles({ ...report }, files);
}
