import { WanAvatarError } from '../../base/errors/errors';
import { plainTemplateId, templateIdsOf, writtenKeys } from '../../contract/overwritten';
import { ownerOf } from '../report/owner';
import type { GenerationRequest } from './ports';
import type { Settled } from '../../base/errors/settled';

type Requests = readonly Settled<GenerationRequest>[];

/** Items by a key or by the ID of a template. */
type ItemsBy = Map<string, number[]>;

/** Which items of a run write and read what. */
interface Traffic {
	writers: ItemsBy;
	readers: ItemsBy;
	/** By the ID of a template that some item reads: who writes a key that may be that template's. */
	templateWriters: ItemsBy;
	templateReaders: ItemsBy;
}

/**
 * Two items that write one object would overwrite each other's result, and one that writes what another reads would
 * change its input: all of them are refused.
 */
export function refuseCollisions(requests: Requests): Settled<GenerationRequest>[] {
	const traffic = trafficOf(requests);
	return requests.map((request, item) => {
		if ('error' in request) return request;
		const fault = collisionOf(request.value, item, traffic);
		return fault === undefined ? request : { error: collision(fault, request.value) };
	});
}

function trafficOf(requests: Requests): Traffic {
	const good = requests.flatMap((request, item) =>
		'error' in request ? [] : [[item, request.value] as const],
	);
	const templateReaders = itemsBy(good.map(([item, request]) => [item, templatesOf(request)]));
	const idsWritten = (request: GenerationRequest) =>
		writtenBy(request)
			.flatMap(templateIdsOf)
			.filter((templateId) => templateReaders.has(templateId));
	return {
		writers: itemsBy(good.map(([item, request]) => [item, writtenBy(request)])),
		readers: itemsBy(good.map(([item, request]) => [item, readBy(request)])),
		templateWriters:
			templateReaders.size === 0
				? new Map<string, number[]>()
				: itemsBy(good.map(([item, request]) => [item, idsWritten(request)])),
		templateReaders,
	};
}

function itemsBy(uses: readonly (readonly [item: number, keys: string[]])[]): ItemsBy {
	const items: ItemsBy = new Map();
	for (const [item, keys] of uses)
		for (const key of new Set(keys)) {
			const known = items.get(key);
			if (known) known.push(item);
			else items.set(key, [item]);
		}
	return items;
}

function writtenBy({ input }: GenerationRequest): string[] {
	return writtenKeys(input).map(([, key]) => key);
}

function readBy({ input }: GenerationRequest): string[] {
	return [input.image_minio_path, input.driving_video_path].filter((key) => key !== undefined);
}

function templatesOf({ input: { template_id } }: GenerationRequest): string[] {
	return template_id === undefined ? [] : [plainTemplateId(template_id)];
}

/** What of an item collides with another item, in words. */
function collisionOf(
	request: GenerationRequest,
	item: number,
	{ writers, readers, templateWriters, templateReaders }: Traffic,
): string | undefined {
	const others = (items: number[] = []) => items.some((other) => other !== item);
	for (const key of writtenBy(request)) {
		const writing = writers.get(key) ?? [];
		if (others(writing)) return `${named(writing)} would all write ${key}`;
		const reading = readers.get(key) ?? [];
		if (others(reading)) return writesWhatIsRead(writing, key, reading);
		for (const templateId of templateReaders.size === 0 ? [] : templateIdsOf(key)) {
			const using = templateReaders.get(templateId);
			if (using && others(using)) return writesTemplate([item], templateId, using);
		}
	}
	for (const key of readBy(request)) {
		const writing = writers.get(key) ?? [];
		if (others(writing)) return writesWhatIsRead(writing, key, readers.get(key) ?? []);
	}
	for (const templateId of templatesOf(request)) {
		const writing = templateWriters.get(templateId) ?? [];
		if (others(writing)) return writesTemplate(writing, templateId, [item]);
	}
	return undefined;
}

function writesWhatIsRead(writing: number[], key: string, reading: number[]): string {
	return `${named(writing)} would write ${key}, which is an input of ${named(reading).toLowerCase()}`;
}

function writesTemplate(writing: number[], templateId: string, using: number[]): string {
	return `${named(writing)} would write where template ${templateId} may lie, which is an input of ${named(using).toLowerCase()}`;
}

// A message for each of thousands of items must not name thousands.
const MAX_NAMED = 10;

function named(items: number[]): string {
	if (items.length === 1) return `Item ${String(items[0])}`;
	const more = items.length - MAX_NAMED;
	return `Items ${items.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function collision(message: string, request: GenerationRequest): WanAvatarError {
	return new WanAvatarError('INVALID_INPUT', message, {
		remedy:
			'Nothing was sent to RunPod for them. Give each item an Avatar ID or an output key of its own.',
		details: { ...ownerOf(request) },
	});
}
