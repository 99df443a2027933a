import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import { mapConcurrently } from '../../base/async/concurrency';
import type { Bucket, Stat } from '../../storage/objects/bucket';
import type { OnDenied } from '../report/deniedWords';
import { ownerOf } from '../report/owner';
import type { GenerationRequest } from './ports';
import type { Settled } from '../../base/errors/settled';

type Requests = readonly Settled<GenerationRequest>[];

/** More than the store is asked for at once. */
const LOOKS_AT_ONCE = 100;

/** @throws WanAvatarError when there are more items than the option *Max Jobs per Execution* allows */
export function refuseTooMany(count: number, maxJobs: number): void {
	if (count <= maxJobs) return;
	throw new WanAvatarError(
		'INVALID_INPUT',
		`${String(count)} items came in, but at most ${String(maxJobs)} jobs are allowed per execution`,
		{
			remedy:
				'Nothing was sent to RunPod. Raise Max Jobs per Execution in the Limits if you mean it, or limit the items.',
		},
	);
}

/** The objects that a request names must be there; what the access key may not see passes. */
export async function refuseMissingObjects(
	requests: Requests,
	bucket: Pick<Bucket, 'stat' | 'name' | 'check'> | undefined,
	onDenied?: OnDenied,
): Promise<Settled<GenerationRequest>[]> {
	if (!bucket) return [...requests];
	const stats = new Map<string, Promise<Stat>>();
	const look = async (key: string) => {
		const found = stats.get(key) ?? bucket.stat(key);
		stats.set(key, found);
		return (await found).tag;
	};
	let named: Promise<unknown> | undefined;
	// A HEAD does not tell a missing object from a missing bucket: that is an error of its own.
	const assertBucket = async () => await (named ??= bucket.check());
	return await mapConcurrently(requests, LOOKS_AT_ONCE, async (request) => {
		if ('error' in request) return request;
		const tags = await Promise.all(
			namedObjects(request.value).map(
				async ([field, key]) => [field, key, await look(key)] as const,
			),
		);
		const unseenInputs = tags.flatMap(([, key, tag]) => (tag === 'denied' ? [key] : []));
		if (unseenInputs.length > 0) onDenied?.('readInput', bucket.name);
		const missing = tags.filter(([, , tag]) => tag === 'missing');
		if (missing.length === 0)
			return unseenInputs.length === 0 ? request : { value: { ...request.value, unseenInputs } };
		await assertBucket();
		return { error: missingObjects(missing, bucket.name, request.value) };
	});
}

/** The objects that must be there already: not those that are about to be uploaded. */
function namedObjects({ input, uploads }: GenerationRequest): [field: string, key: string][] {
	const named = [
		['image_minio_path', input.image_minio_path],
		['driving_video_path', input.driving_video_path],
	] as const;
	return named.flatMap(([field, key]) =>
		key === undefined || uploads.some((upload) => upload.key === key) ? [] : [[field, key]],
	);
}

function missingObjects(
	missing: (readonly [field: string, key: string, tag: string])[],
	bucketName: string,
	request: GenerationRequest,
): WanAvatarError {
	const faults = missing.map(([field, key]) => ({
		field,
		message: `names ${key}, but there is no such object in bucket ${bucketName}: check the spelling`,
	}));
	return new InvalidInput(faults).withDetails({ ...ownerOf(request) });
}
