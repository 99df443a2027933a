import * as z from 'zod/v4';
import { InvalidInput, type InputFault } from '../../base/errors/invalidInput';
import { formMicroUsd, formMicroUsdPerHour } from '../../cost/money';
import { isContractField } from '../../contract/jobInput';
import { anyObject, fromJson } from '../../base/data/json';
import {
	MAX_MINUTES,
	MIN_RUN_TIME_MS,
	MINUTE_MS,
	minutes,
	onOff,
	oneOf,
	pollIntervalSeconds,
	switchOption,
	waiting,
	wholeNumber,
} from './optionChecks';
import { optionDefault } from './optionDefaults';
import type { GenerationRequest, RunOptions } from './ports';
import {
	callbackFault,
	suspendedEnvelope,
	suspendFaults,
	type SuspendedMeans,
} from './suspendOptions';

/** RunPod's least time to live (docs: serverless/endpoints/send-requests). */
const MIN_TTL_MS = 10_000;

const itemOptions = z.object({
	waitForCompletion: onOff,
	...waiting,
	ifVideoExists: oneOf({ fail: 'Fail', regenerate: 'Regenerate', return: 'Return It' }).default(
		optionDefault('ifVideoExists'),
	),
	outputName: oneOf({ new: 'New for Each Run', stable: 'Stable' }).default(
		optionDefault('outputName'),
	),
	submitAnyway: switchOption,
	includeInputFields: switchOption,
	downloadVideo: switchOption,
	downloadThumbnail: switchOption,
	maxRunMinutes: minutes.optional(),
	maxQueueMinutes: minutes.optional(),
	webhookUrl: z
		.string({ error: 'must be an address that starts with https://' })
		.trim()
		.refine((url) => url === '' || /^https?:\/\/[^\s/]/.test(url), {
			message: 'must be an address that starts with https://',
		})
		.optional(),
});

const maxJobs = wholeNumber(10_000).default(optionDefault('maxJobs'));

/** As many jobs at once as the endpoint has workers for. */
const AUTOMATIC = 0;
const MOST_PARALLEL_JOBS = 1000;

const runOptions = z.object({
	checkOnly: switchOption,
	includeCost: switchOption,
	maxParallelJobs: wholeNumber(MOST_PARALLEL_JOBS, 0).default(optionDefault('maxParallelJobs')),
	maxJobs,
	pollIntervalSeconds,
	allowHttpCallback: switchOption,
	spendingLimit: formMicroUsd
		.refine((microUsd) => microUsd > 0, 'must be above 0 USD: remove it for no limit')
		.optional(),
	pricePerGpuSecond: formMicroUsdPerHour.optional(),
});

type RawOptions = Readonly<Record<string, unknown>>;

/** What was made of a part of the form, and everything that is wrong with it. */
export interface Checked<T> {
	value: T | undefined;
	faults: InputFault[];
}

/** What the options of one item come to. */
export type ItemOptions = Omit<
	GenerationRequest,
	'slot' | 'input' | 'uploads' | 'inlineFiles' | 'links'
>;

export function checked<T>(schema: z.ZodType<T>, raw: unknown): Checked<T> {
	const { data, error } = schema.safeParse(raw);
	return { value: data, faults: error ? [...InvalidInput.from(error).faults] : [] };
}

/** What an item has beside its options, as far as some of them need it. */
export interface ItemMeans {
	hasBucket: boolean;
	hasOutputKey: boolean;
	/** For an execution that sleeps until RunPod calls it back. */
	suspended?: SuspendedMeans | undefined;
}

/** Checks the options of one item, those that need others as well. */
export function checkItemOptions(raw: RawOptions, means: ItemMeans): Checked<ItemOptions> {
	const { value, faults } = checked(itemOptions, raw);
	const suspended = raw.waitForCompletion === false ? undefined : means.suspended;
	const missing = [
		...downloadFaults(raw, means),
		...guardFaults(raw, means),
		...(suspended ? suspendFaults(raw, suspended, means) : []),
	];
	return {
		value: value && optionsOf(value, suspended),
		faults: [...faults, ...policyFaults(raw), ...missing],
	};
}

/** By the raw options, since a wrong one beside them must not hide this. */
function policyFaults({ maxQueueMinutes, maxRunMinutes }: RawOptions): InputFault[] {
	if (maxQueueMinutes === undefined || maxRunMinutes !== undefined) return [];
	const message = 'needs Max Run Time beside it: RunPod knows only the sum of both';
	return [{ field: 'maxQueueMinutes', message }];
}

function downloadFaults(raw: RawOptions, { hasBucket }: ItemMeans): InputFault[] {
	if (hasBucket && raw.waitForCompletion !== false) return [];
	const message = hasBucket
		? 'needs Wait for Completion: without it there is no video yet'
		: 'needs a MinIO API credential: choose one in this node';
	return ['downloadVideo', 'downloadThumbnail']
		.filter((field) => raw[field] === true)
		.map((field) => ({ field, message }));
}

/** A guard that cannot look must not let anything through. */
function guardFaults(
	{ ifVideoExists }: RawOptions,
	{ hasBucket, hasOutputKey }: ItemMeans,
): InputFault[] {
	if (ifVideoExists !== 'fail' && ifVideoExists !== 'return') return [];
	const field = 'ifVideoExists';
	const credential = 'needs a MinIO API credential to look for the video: choose one in this node';
	const key = 'needs an Output Video Key to look at: without one the worker chooses it';
	return [
		...(hasBucket ? [] : [{ field, message: credential }]),
		...(hasOutputKey ? [] : [{ field, message: key }]),
	];
}

function optionsOf(
	options: z.output<typeof itemOptions>,
	suspended: SuspendedMeans | undefined,
): ItemOptions {
	const timeoutMs = options.timeoutMinutes * MINUTE_MS;
	const envelope = envelopeOf(options);
	return {
		envelope: suspended
			? suspendedEnvelope(suspended.resumeUrl, timeoutMs, envelope.policy)
			: envelope,
		waitForCompletion: options.waitForCompletion,
		timeoutMs,
		onTimeout: options.onTimeout,
		ifVideoExists: options.ifVideoExists,
		submitAnyway: options.submitAnyway,
		maxRestarts: options.maxRestarts,
		downloads: { video: options.downloadVideo, thumbnail: options.downloadThumbnail },
	};
}

function envelopeOf({
	webhookUrl,
	maxRunMinutes,
	maxQueueMinutes,
}: z.output<typeof itemOptions>): GenerationRequest['envelope'] {
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

/** A new name for each run: two tries of one execution have the same, so that the second finds the job of the first. */
export function renaming({ outputName }: RawOptions, runTag: string): (key: string) => string {
	if (outputName !== 'new') return (key) => key;
	return (key) => key.replace(/(\.[^./]+)?$/, (extension) => `-${runTag}${extension}`);
}

const ADDITIONAL = 'additionalWorkerInputs';

/** Inputs of a newer worker, which never take the place of a field of the form. */
export function checkAdditionalInputs(raw: unknown): Checked<Record<string, unknown>> {
	const { data } = anyObject.safeParse(objectOf(raw));
	if (!data) {
		const message = 'must be a JSON object such as {"seed": 7}';
		return { value: undefined, faults: [{ field: ADDITIONAL, message }] };
	}
	const taken = Object.keys(data).filter(isContractField);
	if (taken.length === 0) return { value: data, faults: [] };
	const message = `must not set ${taken.join(', ')}: that has a field of its own in the form`;
	return { value: undefined, faults: [{ field: ADDITIONAL, message }] };
}

function objectOf(raw: unknown): unknown {
	if (raw === undefined || raw === null || raw === '') return {};
	return typeof raw === 'string' ? fromJson(raw) : raw;
}

/** Where RunPod calls n8n back, and where this RunPod is. */
export interface Callback {
	resumeUrl: string;
	queueBaseUrl: string;
}

const ALL_AT_ONCE: InputFault = {
	field: 'maxParallelJobs',
	message:
		'cannot be given with Suspend Until Called Back, which submits all jobs at once: leave it out, or choose In This Node',
};

/** Checks what holds for the whole run; of what is wrong with it, the defaults stand in. */
export function checkRunOptions(
	raw: RawOptions,
	stopOnFault: boolean,
	callback?: Callback,
): { options: RunOptions; faults: InputFault[] } {
	const { value, faults } = checked(runOptions, raw);
	const {
		pollIntervalSeconds: seconds,
		maxParallelJobs,
		allowHttpCallback,
		spendingLimit: limitMicroUsd,
		pricePerGpuSecond: microUsdPerHour,
		...rest
	} = value ?? {
		...runOptions.parse({}),
		maxJobs: maxJobs.safeParse(raw.maxJobs).data ?? optionDefault('maxJobs'),
	};
	const pollIntervalMs = seconds === undefined ? undefined : seconds * 1000;
	const atOnce = maxParallelJobs === AUTOMATIC ? {} : { maxParallelJobs };
	const spending =
		limitMicroUsd === undefined ? {} : { spending: { limitMicroUsd, microUsdPerHour } };
	const options = { ...rest, ...atOnce, ...spending, pollIntervalMs, stopOnFault };
	if (!callback) return { options, faults };
	const fault = callbackFault(callback.resumeUrl, callback.queueBaseUrl, allowHttpCallback);
	return {
		options,
		faults: [
			...faults,
			...(fault ? [fault] : []),
			...(maxParallelJobs === AUTOMATIC ? [] : [ALL_AT_ONCE]),
		],
	};
}
