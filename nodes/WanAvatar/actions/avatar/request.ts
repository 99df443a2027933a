import type { IExecuteFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { LIMITS } from '../../../../lib/base/async/timeLimits';
import { InvalidInput, type InputFault } from '../../../../lib/base/errors/invalidInput';
import type { GenerationRequest, RunOptions } from '../../../../lib/generation/request/ports';
import type { Callback } from '../../../../lib/generation/request/requestOptions';
import { readOptions } from '../../fields/optionGroups';
import { runsAsTool } from '../../n8n/asTool';
import { executionIdOf, runIndexOf } from '../../n8n/executionMemory';
import { trimmed } from '../../fields/formValue';
import { asksForMinio } from '../../fields/credentialChoice';
import { drivingVideoSources } from './drivingVideo';
import { formOptions } from './generateOptions';
import { portraitSources } from './portrait';
import { labelsOf, readSource } from './sources';
import { makeAgain, waitForCompletion, waitMode } from './waitFields';
import { readWorkerInputs, workerInputLabels } from './workerInputs';

/** The form's own names of fields, for messages. */
const labels: ReadonlyMap<string, string> = new Map([
	...formOptions.map(({ property }) => [property.name, property.displayName] as const),
	...[...portraitSources, ...drivingVideoSources].flatMap(labelsOf),
	...workerInputLabels,
	[waitForCompletion.name, waitForCompletion.displayName],
	[waitMode.name, waitMode.displayName],
]);

type Options = ReturnType<typeof readOptions>;

/** The form of *Generate*, read item by item: each field once, since n8n evaluates it at every reading. */
export interface Form {
	/** What holds for the whole run, from the first item, and what is wrong with it. */
	runOptions: (stopOnFault: boolean) => Promise<{ options: RunOptions; faults: InputFault[] }>;
	/**
	 * Reads one item's fields and checks them.
	 * @throws InvalidInput naming the fields as the form does
	 */
	request: (item: number) => Promise<GenerationRequest>;
	options: (item: number) => Options;
	/** Where the notes about an item are kept: run and item. */
	slot: (item: number) => string;
}

/** @param callback where RunPod calls back, for an execution that sleeps until then */
export function openForm(context: IExecuteFunctions, callback?: Callback): Form {
	const run = runIndexOf(context);
	const executionId = executionIdOf(context);
	const asTool = runsAsTool(context);
	const hasBucket = asksForMinio(context.getNode());
	const optionsByItem = new Map<number, Options>();
	const options = (item: number) => {
		const known = optionsByItem.get(item) ?? readOptions(context, item);
		optionsByItem.set(item, known);
		return known;
	};
	let queueBaseUrl: Promise<string | undefined> | undefined;
	const slot = (item: number) => `${String(run)}:${String(item)}`;
	return {
		options,
		slot,
		runOptions: async (stopOnFault) => {
			const { checkRunOptions } = await import('../../../../lib/generation/request/requestOptions');
			return checkRunOptions(options(0), stopOnFault, callback);
		},
		request: async (item) => {
			const { parseGenerationRequest } = await import('../../../../lib/generation/request/request');
			const read = (name: string, fallback: unknown = '') =>
				context.getNodeParameter(name, item, fallback) ?? fallback;
			const inputs = readWorkerInputs((name) => trimmed(read(name)));
			const portrait = await readSource(context, item, 'portraitSource', portraitSources);
			const drivingVideo = await readSource(
				context,
				item,
				'drivingVideoSource',
				drivingVideoSources,
			);
			const contract = {
				...inputs.always,
				...portrait.fields,
				...drivingVideo.fields,
				...inputs.unlessBlank,
			};
			const place = asTool
				? await placeByContent({ contract, ...options(item) }, executionId)
				: { slot: slot(item), runTag: `${executionId}-${String(run)}-${String(item)}` };
			try {
				const request = await parseGenerationRequest({
					...place,
					contract,
					portraitFile: portrait.file,
					drivingVideoFile: drivingVideo.file,
					hasBucket,
					resumeUrl: callback?.resumeUrl,
					queueBaseUrl: await (queueBaseUrl ??= queueBaseUrlOf(context)),
					options: { ...options(item), waitForCompletion: read('waitForCompletion', true) },
				});
				return asTool
					? { ...request, ...askedByModel(request, read(makeAgain.name, false)) }
					: request;
			} catch (error) {
				const named = new Map([...portrait.labels, ...drivingVideo.labels]);
				const told = error instanceof InvalidInput ? error.relabelled(named) : error;
				throw told instanceof WanAvatarError ? told.withDetails(inputs.always) : told;
			}
		},
	};
}

/** What is wrong with the credential is said where it is used. */
async function queueBaseUrlOf(context: IExecuteFunctions): Promise<string | undefined> {
	const { parseRunPodSettings } = await import('../../../../lib/runpod/http/runPodCredential');
	try {
		return parseRunPodSettings(await context.getCredentials('runPodApi', 0)).queueBaseUrl;
	} catch {
		return undefined;
	}
}

/** A model that makes the same call again has a run of its own for it: what it asks for names the place then. */
async function placeByContent(
	{ contract, additionalWorkerInputs }: Options & { contract: Record<string, unknown> },
	executionId: string,
): Promise<Pick<GenerationRequest, 'slot'> & { runTag: string }> {
	const { contentHash } = await import('../../../../lib/generation/request/fingerprint');
	const hash = contentHash([contract, additionalWorkerInputs ?? null]);
	return { slot: `tool:${hash}`, runTag: `${executionId}-${hash.slice(0, 12)}` };
}

/** A tool waits for as long as n8n lets it, and then hands the job back. */
function askedByModel(
	{ timeoutMs }: GenerationRequest,
	again: unknown,
): Pick<GenerationRequest, 'byModel' | 'onTimeout' | 'timeoutMs'> {
	return {
		byModel: { again: again === true },
		onTimeout: 'hand back',
		timeoutMs: Math.min(timeoutMs, LIMITS.toolWaitMs),
	};
}

/** An error with the names that the form has for the fields. */
export function labelled(error: unknown): unknown {
	return error instanceof InvalidInput ? error.relabelled(labels) : error;
}
