import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { joinSignals } from '../../../../lib/base/async/abort';
import { InvalidInput, type InputFault } from '../../../../lib/base/errors/invalidInput';
import type { HandedAlong, HandOut } from '../../../../lib/generation/batch/handOut';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
} from '../../../../lib/generation/request/ports';
import type { JobReport } from '../../../../lib/generation/report/report';
import { NOT_STARTED, type End, type Settled } from '../../../../lib/base/errors/settled';
import { clock, connectQueue, connectResults, requireBucket } from '../../n8n/connections';
import { executionCosts } from '../../n8n/costs/includeCost';
import { useMinio, withoutMinioNotice } from '../../fields/credentialChoice';
import { incomingFiles } from '../../fields/binaryField';
import { endpointLocator } from '../../fields/endpointLocator';
import { optionGroups } from '../../fields/optionGroups';
import {
	createSharedCalls,
	executionIdOf,
	executionMemory,
	executionSpending,
} from '../../n8n/executionMemory';
import { runHints } from '../../n8n/runHints';
import { inlineFiles, resultItem } from '../../n8n/inlineVideo';
import { withInputFields } from '../../n8n/itemInput';
import { ItemWithFiles, type ItemResult, type RunMode } from '../../n8n/operation';
import { sleptFor } from '../../n8n/suspend/suspension';
import { storedFiles } from '../../n8n/storedFiles';
import { drivingVideoProperties } from './drivingVideo';
import { formOptions } from './generateOptions';
import { portraitProperties } from './portrait';
import { labelled, openForm } from './request';
import { callbackOf, submitAndSleep, wakeUp } from './suspend';
import { makeAgain, suspendNotice, waitForCompletion, waitMode } from './waitFields';
import { workerInputProperties } from './workerInputs';
import { JOB_REPORT, type Outputs } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Generate',
	value: 'generate',
	action: 'Generate an avatar video from a portrait',
	description: 'Move a portrait by a driving video and get an MP4 and a thumbnail',
};

const properties: INodeProperties[] = [
	useMinio,
	withoutMinioNotice,
	incomingFiles,
	...portraitProperties,
	...drivingVideoProperties,
	...workerInputProperties,
	waitForCompletion,
	waitMode,
	suspendNotice,
	makeAgain,
	endpointLocator,
	...optionGroups(formOptions),
];

export const outputs: Outputs = JOB_REPORT;

export const description = updateDisplayOptions(
	{ show: { resource: ['avatar'], operation: ['generate'] } },
	properties,
);

/** All items are read and checked first; then they are submitted and followed together. */
export async function execute(
	context: IExecuteFunctions,
	{ continueOnFail }: RunMode,
): Promise<End<ItemResult>[]> {
	const { generateAll } = await import('../../../../lib/generation/batch/generateAll');
	const { readAll } = await import('../../../../lib/generation/request/readAll');
	const { stoppedItem } = await import('../../../../lib/generation/batch/stoppedItem');
	try {
		const callback = await callbackOf(context);
		const form = openForm(context, callback);
		const memory = executionMemory(context);
		const item = (i: number, result: ItemResult) =>
			withInputFields(context, i, result, form.options(i));
		const handOut: HandOut<ItemResult> = async (report, { downloads }, i, along) =>
			item(i, await withFiles(context, { report, downloads, ...along }));
		const connectAll = (wish: CostWish) => async () => await connect(context, wish);
		const slept = await sleptFor(context);
		if (slept)
			return inFormsWords(
				await wakeUp(context, slept, {
					connect: connectAll({ includeCost: slept.includeCost === true }),
					handOut,
					continueOnFail,
				}),
			);
		const { options, faults } = await form.runOptions(!continueOnFail);
		const requests = await readAll(context.getInputData().length, options, form.request, {
			clock,
			signal: context.getExecutionCancelSignal(),
			stopped: (i) => stoppedItem(memory, form.slot(i)),
		});
		if (faults.length > 0) return inFormsWords(refused(requests, faults, continueOnFail));
		const show = (body: object, i: number) => item(i, { ...body });
		const handlers = { connect: connectAll(options), handOut, show };
		const ends =
			callback && !options.checkOnly
				? await submitAndSleep(context, requests, { ...handlers, item }, options)
				: await onceForModel(context, requests, async () =>
						generateAll(requests, handlers, options),
					);
		return inFormsWords(ends);
	} catch (error) {
		throw labelled(error);
	}
}

const calls = createSharedCalls<End<ItemResult>[]>();

/** A model may make the same call twice at once: both have the one job. */
async function onceForModel(
	context: IExecuteFunctions,
	[request]: readonly Settled<GenerationRequest>[],
	makeAll: () => Promise<End<ItemResult>[]>,
): Promise<End<ItemResult>[]> {
	const isAsked = request && 'value' in request && request.value.byModel !== undefined;
	return isAsked ? await calls.join(context, request.value.slot, makeAll) : await makeAll();
}

function inFormsWords<T>(ends: readonly End<T>[]): End<T>[] {
	return ends.map((end) => ('error' in end ? { error: labelled(end.error) } : end));
}

/** What is wrong with the whole run is said of each item only where each goes its own way. */
function refused(
	requests: readonly Settled<GenerationRequest>[],
	faults: readonly InputFault[],
	continueOnFail: boolean,
): End<never>[] {
	return requests.map((request, i) => {
		if (continueOnFail || i === 0) return { error: withFaults(faults, request) };
		return 'error' in request ? request : NOT_STARTED;
	});
}

/** What is wrong with the whole run, and with an item of it. */
function withFaults(
	faults: readonly InputFault[],
	request: Settled<GenerationRequest>,
): InvalidInput {
	const error = 'error' in request ? request.error : undefined;
	return error instanceof InvalidInput
		? new InvalidInput([...faults, ...error.faults], error.details)
		: new InvalidInput(faults);
}

interface Handed extends HandedAlong {
	report: JobReport;
	downloads: GenerationRequest['downloads'];
}

/** The item of a result, with the files that are asked for; what is not copied when it is given out, or at Stop, is cut. */
async function withFiles(
	context: IExecuteFunctions,
	{ report, downloads: { video, thumbnail }, ...along }: Handed,
): Promise<ItemResult> {
	if (!video && !thumbnail) return await resultItem(context, { report, ...along });
	const inline = await inlineFiles(context, along.video, report.output_video_key);
	const { signal, release } = joinSignals([context.getExecutionCancelSignal(), along.signal]);
	try {
		const bucket = (await requireBucket(context)).within(signal);
		const wanted = {
			video: video ? report.minio_key : null,
			videoBytes: report.size_bytes,
			thumbnail: thumbnail ? report.thumbnail_key : null,
			isPaid: true,
		};
		const { binary, warnings } = await storedFiles(context, bucket, wanted, signal);
		const json = { ...report, warnings: [...report.warnings, ...warnings] };
		return new ItemWithFiles(json, { ...binary, ...inline });
	} finally {
		release();
	}
}

type CostWish = Pick<RunOptions, 'includeCost' | 'spending'>;

async function connect(
	context: IExecuteFunctions,
	{ includeCost, spending }: CostWish,
): Promise<GenerationPorts> {
	const [queue, results] = await Promise.all([connectQueue(context, 0), connectResults(context)]);
	const isPriced = includeCost || spending !== undefined;
	const prices = isPriced ? await executionCosts(context, queue.endpointId) : undefined;
	return {
		...results,
		queue,
		costs: includeCost ? prices : undefined,
		prices: spending && prices,
		spending: await executionSpending(context, spending !== undefined),
		clock,
		memory: executionMemory(context),
		onNote: runHints(context),
		onSummary: runHints(context, 'info'),
		executionId: executionIdOf(context),
		signal: context.getExecutionCancelSignal(),
	};
}
