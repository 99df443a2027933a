import type { InputFault } from '../../base/errors/invalidInput';
import { isOwnAddress, isPublicAddress } from '../../base/data/publicAddress';

const FIELDS = ['image_url', 'driving_video_url'] as const;

/**
 * Links that no worker on RunPod can open, so that its job would be paid and fail. Private addresses are left to the worker:
 * its image may be in a network of the user's.
 */
export function workerLinkFaults(
	contract: Readonly<Record<string, unknown>>,
	queueBaseUrl: string | undefined,
): InputFault[] {
	// A RunPod of one's own, such as one for tests, opens what is on its machine.
	if (queueBaseUrl === undefined || !isPublicAddress(queueBaseUrl)) return [];
	return FIELDS.flatMap((field) => {
		const url = contract[field];
		if (typeof url !== 'string' || !isOwnAddress(url)) return [];
		const message = `is at ${new URL(url).host}, which only your own machine knows: the worker on RunPod cannot open it`;
		return [{ field, message, remedy: REMEDY }];
	});
}

const REMEDY =
	'Give a link at a public address. For a file in MinIO give its path; for one that n8n has, choose Binary File.';
