import * as z from 'zod/v4';
import { InvalidInput } from '../contract/invalidInput';
import { isContractField, type JobInput } from '../contract/jobInput';
import { fromJson } from '../contract/json';
import { parseJobInput } from '../contract/parseJobInput';
import {
	MAX_MINUTES,
	MINUTE_MS,
	minutes,
	onOff,
	parseLinkWish,
	parseOptions,
	pollIntervalSeconds,
	waiting,
	wholeNumber,
} from './optionFields';
import type { GenerationRequest, RunOptions } from './ports';
import { inlineFile, planUpload, type SourceFile, type Upload } from './upload';

/** RunPod's least execution timeout and time to live (docs: serverless/endpoints/send-requests). */
const MIN_RUN_TIME_MS = 5000;
const MIN_TTL_MS = 10_000;

const itemOptions = z
	.object({
		waitForCompletion: onOff,
		...waiting,
		ifVideoExists: z.enum(['regenerate', 'return', 'fail']).default('regenerate'),
		outputName: z.enum(['stable', 'new']).default('stable'),
		submitAnyway: onOff.default(false),
		downloadVideo: onOff.default(false),
		downloadThumbnail: onOff.default(false),
		maxRunMinutes: minutes.optional(),
		maxQueueMinutes: minutes.optional(),
		webhookUrl: z
			.string()
			.trim()
			.refine((url) => url === '' || /^https?:\/\/[^\s/]/.test(url), {
				message: 'must be an address that starts with https://',
			})
			.optional(),
		additionalWorkerInputs: z.unknown(),
	})
	.refine(({ maxQueueMinutes, maxRunMinutes }) => !maxQueueMinutes || maxRunMinutes, {
		path: ['maxQueueMinutes'],
		message: 'needs Max Run Time beside it: RunPod knows only the sum of both',
	});

type ItemOptions = z.output<typeof itemOptions>;

const runOptions = z.object({
	checkOnly: onOff.default(false),
	maxParallelJobs: wholeNumber(200).default(10),
	maxJobs: wholeNumber(10_000).default(100),
	pollIntervalSeconds,
});

/** What the form of *Generate* gives for one item, unchecked. */
export interface RawRequest {
	slot: string;
	/** Makes a new output name of its own: the execution, run and item. */
	runTag: string;
	/** In the contract's names; what is left blank is left out. */
	contract: Readonly<Record<string, unknown>>;
	/** Files in place of a portrait or driving video field. */
	portraitFile?: SourceFile | undefined;
	drivingVideoFile?: SourceFile | undefined;
	/** Files go into the bucket; without one they go along with the request, as base64. */
	hasBucket: boolean;
	options: Readonly<Record<string, unknown>>;
}

/**
 * Checks one item of *Generate*, before anything is sent for any item.
 * @throws InvalidInput naming every field that is wrong
 */
export async function parseGenerationRequest(raw: RawRequest): Promise<GenerationRequest> {
	const options = parseOptions(itemOptions, raw.options);
	const additional = parseAdditionalInputs(options.additionalWorkerInputs);
	const given = { ...additional, ...raw.contract };
	// The owner is part of the key of an upload, so all else is checked first.
	parseJobInput({ ...given, ...placeholders(raw) });
	assertDownloadable(options, raw.hasBucket);
	const links = parseLinkWish(raw.options);
	const files = await readFiles(raw);
	const input = withOutputName(parseJobInput({ ...given, ...files.fields }), options, raw.runTag);
	return {
		slot: raw.slot,
		input,
		uploads: files.uploads,
		envelope: envelopeOf(options),
		waitForCompletion: options.waitForCompletion,
		timeoutMs: options.timeoutMinutes * MINUTE_MS,
		onTimeout: options.onTimeout,
		ifVideoExists: options.ifVideoExists,
		submitAnyway: options.submitAnyway,
		maxRestarts: options.maxRestarts,
		links,
		downloads: { video: options.downloadVideo, thumbnail: options.downloadThumbnail },
	};
}

/**
 * Checks what holds for the whole run.
 * @throws InvalidInput naming the option
 */
export function parseRunOptions(raw: unknown, stopOnFault: boolean): RunOptions {
	const { pollIntervalSeconds: seconds, ...rest } = parseOptions(runOptions, raw);
	return {
		...rest,
		pollIntervalMs: seconds === undefined ? undefined : seconds * 1000,
		stopOnFault,
	};
}

function assertDownloadable(options: ItemOptions, hasBucket: boolean): void {
	const message = hasBucket
		? 'needs Wait for Completion: without it there is no video yet'
		: 'needs a MinIO API credential: choose one in this node';
	const faults = (['downloadVideo', 'downloadThumbnail'] as const)
		.filter((field) => options[field] && !(hasBucket && options.waitForCompletion))
		.map((field) => ({ field, message }));
	if (faults.length > 0) throw new InvalidInput(faults);
}

function placeholders({ portraitFile, drivingVideoFile }: RawRequest): Record<string, string> {
	return {
		...(portraitFile ? { image_minio_path: 'file' } : {}),
		...(drivingVideoFile ? { driving_video_path: 'file' } : {}),
	};
}

interface Files {
	fields: Record<string, string>;
	uploads: Upload[];
}

async function readFiles(raw: RawRequest): Promise<Files> {
	const { portraitFile, drivingVideoFile, hasBucket, contract } = raw;
	const owner = { user_id: String(contract.user_id), avatar_id: String(contract.avatar_id) };
	const files: Files = { fields: {}, uploads: [] };
	const sources = [
		[portraitFile, 'portrait', 'image_minio_path', 'image_base64'],
		[drivingVideoFile, 'driving video', 'driving_video_path', 'driving_video_base64'],
	] as const;
	for (const [file, kind, pathField, base64Field] of sources) {
		if (!file) continue;
		if (!hasBucket) {
			files.fields[base64Field] = await inlineFile(file, kind);
			continue;
		}
		const upload = await planUpload(file, kind, owner);
		files.fields[pathField] = upload.key;
		files.uploads.push(upload);
	}
	return files;
}

/** A new name for each run: two tries of one execution have the same, so that the second finds the job of the first. */
function withOutputName(input: JobInput, { outputName }: ItemOptions, runTag: string): JobInput {
	if (outputName === 'stable') return input;
	const named = { ...input };
	if (input.output_video_key !== undefined)
		named.output_video_key = tagged(input.output_video_key, runTag);
	if (input.output_thumbnail_key !== undefined)
		named.output_thumbnail_key = tagged(input.output_thumbnail_key, runTag);
	return named;
}

function tagged(key: string, runTag: string): string {
	return key.replace(/(\.[^./]+)?$/, (extension) => `-${runTag}${extension}`);
}

function envelopeOf({ webhookUrl, maxRunMinutes, maxQueueMinutes }: ItemOptions) {
	const executionTimeout =
		maxRunMinutes === undefined ? undefined : Math.max(maxRunMinutes * MINUTE_MS, MIN_RUN_TIME_MS);
	const ttl =
		executionTimeout === undefined || maxQueueMinutes === undefined
			? undefined
			: Math.min(
					Math.max(executionTimeout + maxQueueMinutes * MINUTE_MS, MIN_TTL_MS),
					MAX_MINUTES * MINUTE_MS,
				);
	return {
		...(webhookUrl ? { webhook: webhookUrl } : {}),
		...(executionTimeout === undefined
			? {}
			: { policy: { executionTimeout, ...(ttl === undefined ? {} : { ttl }) } }),
	};
}

const FIELD = 'additionalWorkerInputs';

function parseAdditionalInputs(raw: unknown): Record<string, unknown> {
	const parsed = z.record(z.string(), z.unknown()).safeParse(objectOf(raw));
	if (!parsed.success)
		throw new InvalidInput([
			{ field: FIELD, message: 'must be a JSON object such as {"seed": 7}' },
		]);
	const taken = Object.keys(parsed.data).filter(isContractField);
	if (taken.length === 0) return parsed.data;
	const message = `must not set ${taken.join(', ')}: that has a field of its own in the form`;
	throw new InvalidInput([{ field: FIELD, message }]);
}

function objectOf(raw: unknown): unknown {
	if (raw === undefined || raw === null || raw === '') return {};
	return typeof raw === 'string' ? fromJson(raw) : raw;
}
