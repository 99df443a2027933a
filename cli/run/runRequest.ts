import { InvalidInput, type InputFault } from '../../lib/base/errors/invalidInput';
import { settle } from '../../lib/base/errors/settled';
import { DEFAULT_OUTPUT_KEYS } from '../../lib/contract/layout';
import type { GenerationRequest } from '../../lib/generation/request/ports';
import { parseGenerationRequest } from '../../lib/generation/request/request';
import { readInput, type RunInput } from './inputs';

/** What is given for one job. */
export interface RequestFlags {
	image: string;
	video: string;
	userId: string;
	avatarId: string;
	maxRunMinutes?: number;
	timeoutMinutes?: number;
	submitAnyway?: boolean;
}

export interface RunRequest {
	request: GenerationRequest;
	/** An error with the flags in the place of the contract's fields. */
	inFlags: (error: unknown) => unknown;
}

const LABELS: ReadonlyMap<string, string> = new Map([
	['user_id', '--user-id'],
	['avatar_id', '--avatar-id'],
	['maxRunMinutes', '--max-run-minutes'],
	['timeoutMinutes', '--timeout-minutes'],
]);

/**
 * Reads the inputs of the job and checks them; nothing is sent.
 * @throws InvalidInput naming the flags that are wrong
 */
export async function readRunRequest(
	{ image, video, userId, avatarId, maxRunMinutes, timeoutMinutes, submitAnyway }: RequestFlags,
	{ hasBucket, runTag }: { hasBucket: boolean; runTag: string },
): Promise<RunRequest> {
	const [portrait, motion] = bothInputs(image, video, hasBucket);
	const labels = new Map([...LABELS, ...portrait.labels, ...motion.labels]);
	const inFlags = (error: unknown) =>
		error instanceof InvalidInput ? error.relabelled(labels) : error;
	const parsed = await settle(
		parseGenerationRequest({
			slot: 'run',
			runTag,
			contract: {
				user_id: userId,
				avatar_id: avatarId,
				...portrait.fields,
				...motion.fields,
				output_video_key: DEFAULT_OUTPUT_KEYS.video,
				output_thumbnail_key: DEFAULT_OUTPUT_KEYS.thumbnail,
			},
			portraitFile: portrait.file,
			drivingVideoFile: motion.file,
			hasBucket,
			options: { maxRunMinutes, timeoutMinutes, submitAnyway, waitForCompletion: true },
		}),
	);
	if ('error' in parsed) throw inFlags(parsed.error);
	return { request: parsed.value, inFlags };
}

/** What is wrong with both is said at once. */
function bothInputs(image: string, video: string, hasBucket: boolean): [RunInput, RunInput] {
	const faults: InputFault[] = [];
	const read = (kind: 'image' | 'video', given: string): RunInput => {
		try {
			return readInput(kind, given, hasBucket);
		} catch (error) {
			if (!(error instanceof InvalidInput)) throw error;
			faults.push(...error.faults);
			return { fields: {}, labels: new Map() };
		}
	};
	const inputs: [RunInput, RunInput] = [read('image', image), read('video', video)];
	if (faults.length > 0) throw new InvalidInput(faults);
	return inputs;
}
