import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import type { Template } from '../../../../lib/storage/template/templates';
import { clock } from '../../n8n/connections';
import { readSwitchOption } from '../../fields/formValue';
import { linkExpiry } from '../../fields/linkOptions';
import { objectFields, objectOutputs } from '../../fields/objectFields';
import { optionGroups, readOptions } from '../../fields/optionGroups';
import { TEXTS, type ItemOf } from '../../n8n/outputs';

export const templateOutputs = { template_id: 'string', driving_video_path: 'string' } as const;
const previewOutputs = {
	preview_url: 'string',
	preview_url_expires_at: 'string',
	warnings: TEXTS,
} as const;
const factsOutputs = {
	duration_seconds: 'number',
	width: 'integer',
	height: 'integer',
	fps: 'number',
} as const;

/** What is told of a template with all options. */
export const templateWishOutputs = {
	...templateOutputs,
	...objectOutputs,
	...previewOutputs,
	...factsOutputs,
} as const;

type PlainTemplate = ItemOf<typeof templateOutputs & typeof objectOutputs>;

const previewUrl: INodeProperties = {
	displayName: 'Preview URL',
	name: 'previewUrl',
	type: 'boolean',
	default: false,
	description: 'Whether to add a link that opens the video without signing in',
};

const videoFacts: INodeProperties = {
	displayName: 'Video Facts',
	name: 'videoFacts',
	type: 'boolean',
	default: false,
	description:
		'Whether to add duration, width, height and frames a second, which are read without downloading the whole video',
};

/** What more to tell of a template. */
export const templateOptions: INodeProperties[] = optionGroups([
	{ group: 'output', property: previewUrl },
	{ group: 'output', property: videoFacts },
	{ group: 'links', property: linkExpiry },
]);

/** What the options of one item ask for. */
export interface TemplateWish {
	previewUrl: boolean;
	videoFacts: boolean;
	expirySeconds: number;
}

/**
 * How the options of items are read.
 * @throws InvalidInput, also for a link that S3 does not sign
 */
export async function openTemplateWishes(
	context: IExecuteFunctions,
): Promise<(item: number) => TemplateWish> {
	const { parseLinkExpiry } = await import('../../../../lib/generation/request/optionChecks');
	return (item) => {
		const options = readOptions(context, item);
		return {
			previewUrl: readSwitchOption(options, previewUrl),
			expirySeconds: parseLinkExpiry(options),
			videoFacts: readSwitchOption(options, videoFacts),
		};
	};
}

/** A template as an item, with what the options ask for. */
export async function templateItem(
	bucket: Bucket,
	template: Template,
	{ previewUrl, videoFacts, expirySeconds }: TemplateWish,
): Promise<PlainTemplate & Partial<ItemOf<typeof templateWishOutputs>>> {
	return {
		...plainTemplate(template),
		...(previewUrl ? await preview(bucket, template, expirySeconds) : {}),
		...(videoFacts ? await facts(bucket, template) : {}),
	};
}

export function plainTemplate({ templateId, key, ...object }: Template): PlainTemplate {
	return {
		template_id: templateId,
		driving_video_path: key,
		...objectFields(object),
	};
}

async function preview(
	bucket: Bucket,
	{ key }: Template,
	expirySeconds: number,
): Promise<Partial<ItemOf<typeof previewOutputs>>> {
	const { linkUnlessRefused } = await import('../../../../lib/storage/video/presignedLinks');
	const warnings: string[] = [];
	const request = { expirySeconds, nowMs: clock.now() };
	const link = await linkUnlessRefused(bucket, key, request, warnings);
	return {
		preview_url: link?.url ?? null,
		preview_url_expires_at: link?.expires_at ?? null,
		...(warnings.length > 0 ? { warnings } : {}),
	};
}

async function facts(
	bucket: Bucket,
	{ key, sizeBytes }: Template,
): Promise<ItemOf<typeof factsOutputs>> {
	const { headerFacts } = await import('../../../../lib/storage/video/videoFacts');
	const read = await headerFacts(bucket, key, sizeBytes);
	return {
		duration_seconds: read?.durationSeconds ?? null,
		width: read?.width ?? null,
		height: read?.height ?? null,
		fps: read?.fps ?? null,
	};
}
