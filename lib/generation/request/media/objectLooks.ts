import { StoreRefusal } from '../../../base/errors/accessDenied';
import { WanAvatarError } from '../../../base/errors/errors';
import { settle } from '../../../base/errors/settled';
import { lookAtMedia, type MediaLook } from '../../../base/media/look';
import type { MediaKind } from '../../../base/media/mediaType';
import type { Bucket, Stat } from '../../../storage/objects/bucket';
import { isGuess, mediaFault, turnedNote, type MediaFault } from './mediaWords';

/** An input in the bucket. */
export interface NamedObject {
	field: 'image_minio_path' | 'driving_video_path';
	kind: MediaKind;
	key: string;
}

/** What is known of an input in the bucket before its job: `fault` of what the worker can make nothing of. */
export interface ObjectLook {
	tag: Stat['tag'];
	fault?: MediaFault | undefined;
	note?: string | undefined;
}

/** A store that has failed so often is asked no more: one that is silent would keep thousands waiting in turn. */
const MAX_FAILURES = 3;

/** Looks at inputs in the bucket, at each once: whether they are there, and by their heads what they are. */
export function objectLooks(
	bucket: Pick<Bucket, 'stat' | 'getRange'>,
): (object: NamedObject) => Promise<ObjectLook> {
	const looks = new Map<string, Promise<ObjectLook>>();
	const failures: unknown[] = [];
	let isReadable = true;

	const content = async ({ key, kind }: NamedObject, sizeBytes: number): Promise<ObjectLook> => {
		// A store that fails at one of them holds up no others.
		if (!isReadable) return { tag: 'there' };
		const read = async (offset: number, lengthBytes: number) => {
			const part = await bucket.getRange(key, offset, lengthBytes);
			if (part.length !== lengthBytes) throw tooLittle(key);
			return part;
		};
		const look = await settle(lookAtMedia({ sizeBytes, read }, kind));
		if ('value' in look) return { tag: 'there', ...saidOf(look.value, key, kind) };
		if (look.error instanceof StoreRefusal) return { tag: 'denied' };
		if (!(look.error instanceof WanAvatarError)) throw look.error;
		isReadable = false;
		if (look.error.code === 'STOPPED') return { tag: 'there' };
		const note = `Inputs in the bucket could not be looked at, such as ${key}: ${look.error.message}`;
		return { tag: 'there', note };
	};
	const stat = async (key: string): Promise<Stat> => {
		if (failures.length >= MAX_FAILURES) throw failures[0];
		const found = await settle(bucket.stat(key));
		if ('value' in found) return found.value;
		failures.push(found.error);
		throw found.error;
	};
	const lookAt = async (object: NamedObject): Promise<ObjectLook> => {
		const found = await stat(object.key);
		return found.tag === 'there' ? await content(object, found.facts.sizeBytes) : found;
	};
	return async (object) => {
		const name = `${object.kind} ${object.key}`;
		const look = looks.get(name) ?? lookAt(object);
		looks.set(name, look);
		return await look;
	};
}

/** That a store, or what stands before it, gives less than it has is no fault of the file. */
function tooLittle(key: string): WanAvatarError {
	return new WanAvatarError('STORAGE', `The store gives less of ${key} than it has`, {
		remedy: 'Check what stands between n8n and the store.',
	});
}

/** What only seems to be something else is left to the worker. */
function saidOf(look: MediaLook, key: string, kind: MediaKind): Omit<ObjectLook, 'tag'> {
	return {
		fault: isGuess(look) ? undefined : mediaFault(look, kind),
		note:
			look.tag === 'good' && look.turned
				? turnedNote(`The ${kind} ${key}`, look.turned)
				: undefined,
	};
}
