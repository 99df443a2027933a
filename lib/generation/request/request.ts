import { InvalidInput } from '../../base/errors/invalidInput';
import { linkWish } from '../../contract/link';
import { checkJobInput, keyOwner } from '../../contract/parseJobInput';
import { lookAtBase64 } from './media/base64Files';
import type { GenerationRequest } from './ports';
import { measureFiles, type GivenFiles } from './requestFiles';
import { workerLinkFaults } from './workerLinks';
import { checkAdditionalInputs, checked, checkItemOptions, renaming } from './requestOptions';

/** What the form of *Generate* gives for one item, unchecked. */
export interface RawRequest extends GivenFiles {
	slot: string;
	/** Makes a new output name of its own: the execution, run and item. */
	runTag: string;
	/** In the contract's names; what is left blank is left out. */
	contract: Readonly<Record<string, unknown>>;
	options: Readonly<Record<string, unknown>>;
	/** Where RunPod calls back, for an execution that sleeps until then. */
	resumeUrl?: string | undefined;
	/** Of the RunPod that runs the worker, where it is known. */
	queueBaseUrl?: string | undefined;
}

/**
 * Checks one item of *Generate*, before anything is sent for any item. Its files are read in pieces, and not kept.
 * @throws InvalidInput naming everything that is wrong with it
 */
export async function parseGenerationRequest(raw: RawRequest): Promise<GenerationRequest> {
	const { slot, runTag, contract, options: rawOptions, hasBucket, resumeUrl } = raw;
	const hasOutputKey = contract.output_video_key !== undefined;
	const suspended = resumeUrl === undefined ? undefined : { resumeUrl, contract };
	const options = checkItemOptions(rawOptions, { hasBucket, hasOutputKey, suspended });
	const additional = checkAdditionalInputs(rawOptions.additionalWorkerInputs);
	const links = checked(linkWish, rawOptions);
	const files = await measureFiles(raw, keyOwner(contract));
	const inText = await lookAtBase64(contract);
	const envelope = options.value?.envelope ?? {};
	const { input, faults } = checkJobInput(
		{ ...additional.value, ...contract, ...files.paths },
		{
			fields: files.fields,
			sizeBytes: files.sizeBytes + Buffer.byteLength(JSON.stringify({ input: {}, ...envelope })),
			rename: renaming(rawOptions, runTag),
		},
	);
	const all = [
		...[faults, files.faults, inText.faults],
		...[additional.faults, options.faults, links.faults],
		workerLinkFaults(contract, raw.queueBaseUrl),
	].flat();
	if (all.length > 0 || !input || !options.value || !links.value) throw new InvalidInput(all);
	const { uploads, inlineFiles } = files;
	const notes = [...uploads, ...inlineFiles].flatMap(({ note }) => note ?? []);
	return {
		...{ slot, input, uploads, inlineFiles, links: links.value },
		notes: [...notes, ...inText.notes],
		...options.value,
	};
}
