import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput, type InputFault } from '../../base/errors/invalidInput';
import { mapConcurrently } from '../../base/async/concurrency';
import { quoted } from '../../base/data/text';
import { missingKeyRemedy } from '../../contract/objectKey';
import type { Bucket } from '../../storage/objects/bucket';
import type { OnDenied } from '../report/deniedWords';
import { ofItem } from '../report/owner';
import { objectLooks, type NamedObject, type ObjectLook } from './media/objectLooks';
import type { GenerationPorts, GenerationRequest } from './ports';
import { settle, type Settled } from '../../base/errors/settled';

type Requests = readonly Settled<GenerationRequest>[];

/** As many as the store is asked for at once: those that wait would not hear that it fails. */
const LOOKS_AT_ONCE = 32;

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

/**
 * The objects that a request names must be there, and be what the worker can make something of; what the access key may
 * not see passes. A store that fails is told of each item.
 */
export async function refuseBadObjects(
	requests: Requests,
	bucket: Pick<Bucket, 'stat' | 'getRange' | 'name' | 'check'> | undefined,
	onDenied?: OnDenied,
): Promise<Settled<GenerationRequest>[]> {
	if (!bucket) return [...requests];
	const lookAt = objectLooks(bucket);
	let named: Promise<unknown> | undefined;
	// A HEAD does not tell a missing object from a missing bucket: that is an error of its own.
	const assertBucket = async () => await (named ??= bucket.check());
	const seen = async (request: GenerationRequest): Promise<GenerationRequest> => {
		const looks = await Promise.all(
			namedObjects(request).map(async (object) => ({ object, ...(await lookAt(object)) })),
		);
		const unseenInputs = looks.flatMap(({ tag, object }) => (tag === 'denied' ? [object.key] : []));
		if (unseenInputs.length > 0) onDenied?.('readInput', bucket.name);
		if (looks.some(({ tag }) => tag === 'missing')) await assertBucket();
		const faults = looks.flatMap((look) => faultsOf(look, bucket.name));
		if (faults.length > 0) throw new InvalidInput(faults);
		const notes = looks.flatMap(({ note }) => note ?? []);
		return withLooks(request, unseenInputs, notes);
	};
	return await mapConcurrently(requests, LOOKS_AT_ONCE, async (request) => {
		if ('error' in request) return request;
		const looked = await settle(seen(request.value));
		return 'value' in looked ? looked : { error: ofItem(looked.error, request.value) };
	});
}

/** The objects that must be there already: not those that are about to be uploaded. */
function namedObjects({ input, uploads }: GenerationRequest): NamedObject[] {
	const named = [
		['image_minio_path', 'portrait', input.image_minio_path],
		['driving_video_path', 'driving video', input.driving_video_path],
	] as const;
	return named.flatMap(([field, kind, key]) =>
		key === undefined || uploads.some((upload) => upload.key === key) ? [] : [{ field, kind, key }],
	);
}

function faultsOf(
	{ tag, fault, object: { field, key } }: ObjectLook & { object: NamedObject },
	bucketName: string,
): InputFault[] {
	if (tag === 'missing') {
		const message = `names ${quoted(key)}, but there is no such file in bucket ${bucketName}: ${missingKeyRemedy(key, bucketName)}`;
		return [{ field, message }];
	}
	return fault
		? [{ field, message: `names ${quoted(key)}, which ${fault.message}`, remedy: fault.remedy }]
		: [];
}

function withLooks(
	request: GenerationRequest,
	unseenInputs: readonly string[],
	notes: readonly string[],
): GenerationRequest {
	// One of thousands whose inputs were all seen is not copied.
	if (unseenInputs.length === 0 && notes.length === 0) return request;
	const noted = [...(request.notes ?? []), ...notes];
	return unseenInputs.length === 0
		? { ...request, notes: noted }
		: { ...request, notes: noted, unseenInputs };
}

/** So many sentences of one run are told one by one. */
const MAX_NOTES = 5;

/** Tells what is to be said of the inputs of all requests, each sentence once. */
export function tellNotes(requests: Requests, onNote: GenerationPorts['onNote']): void {
	if (!onNote) return;
	const notes = new Set(
		requests.flatMap((request) => ('error' in request ? [] : (request.value.notes ?? []))),
	);
	for (const note of [...notes].slice(0, MAX_NOTES)) onNote(note);
	const more = notes.size - MAX_NOTES;
	if (more > 0) onNote(`And so for ${String(more)} more inputs: see the warnings of the items.`);
}
