import type { Readable } from 'node:stream';
import { codeOf } from '../../base/errors/foreignError';
import { etagOf, lastModifiedMsOf, plainEtag } from '../client/answer';
import type { ObjectFacts, Stat } from './bucket';
import { isAccessDenied, isMissing } from '../client/faults';
import { request, type RequestContext } from '../client/openRequest';
import { wholeSizeOf } from './secondLook';

/**
 * A look at an object. A refused HEAD has no body that says why: a proxy may refuse them all, the keys may be wrong, or the
 * right may be missing. A read of the first byte tells.
 * @throws WanAvatarError STORAGE, STOPPED; StoreRefusal where the keys are wrong
 */
export async function statObject(
	key: string,
	context: RequestContext,
	shownEtag: (etag: string) => string,
): Promise<Stat> {
	const found = (await lookByHead(key, context)) ?? (await lookByRead(key, context));
	if (found.tag !== 'there') return found;
	return { tag: 'there', facts: { ...found.facts, etag: shownEtag(found.facts.etag) } };
}

/** Nothing where the HEAD is refused. */
async function lookByHead(key: string, context: RequestContext): Promise<Stat | undefined> {
	const { bucket } = context.settings;
	return await request({ verb: 'read', key }, context, async (client) => {
		try {
			const { size, etag, lastModified } = await client.statObject(bucket, key);
			return statOf(size, { etag: plainEtag(etag), lastModifiedMs: lastModified.getTime() });
		} catch (error) {
			if (isMissing(error)) return { tag: 'missing' };
			if (isAccessDenied(error)) return undefined;
			throw error;
		}
	});
}

async function lookByRead(key: string, context: RequestContext): Promise<Stat> {
	const { bucket } = context.settings;
	return await request({ verb: 'read', key }, context, async (client) => {
		try {
			const part = closed(await client.getPartialObject(bucket, key, 0, 1));
			const lastModifiedMs = lastModifiedMsOf(part) ?? NaN;
			return statOf(wholeSizeOf(part), { etag: etagOf(part), lastModifiedMs });
		} catch (error) {
			if (isMissing(error)) return { tag: 'missing' };
			if (isAccessDenied(error)) return { tag: 'denied' };
			if (isEmptyObject(error)) return { tag: 'unknown' };
			throw error;
		}
	});
}

/** Some proxies leave the length out of the answer. */
function statOf(sizeBytes: number | null, rest: Omit<ObjectFacts, 'sizeBytes'>): Stat {
	if (sizeBytes === null || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
		return { tag: 'unknown' };
	return { tag: 'there', facts: { sizeBytes, ...rest } };
}

/**
 * The size of an object by a read of its first byte; null where the answer does not tell.
 * @throws WanAvatarError STORAGE, STOPPED; StoreRefusal where it may not be read
 */
export async function measureObject(key: string, context: RequestContext): Promise<number | null> {
	const { bucket } = context.settings;
	return await request({ verb: 'read', key }, context, async (client) => {
		try {
			return wholeSizeOf(closed(await client.getPartialObject(bucket, key, 0, 1)));
		} catch (error) {
			if (isEmptyObject(error)) return 0;
			throw error;
		}
	});
}

/** Only its headers are wanted. */
function closed(part: Readable): Readable {
	// Before it is closed an error would end the whole process.
	return part.on('error', () => undefined).destroy();
}

/** It has no first byte. */
function isEmptyObject(error: unknown): boolean {
	return codeOf(error) === 'InvalidRange';
}
