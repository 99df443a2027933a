import { AccessDenied } from '../../base/errors/accessDenied';
import { WanAvatarError } from '../../base/errors/errors';
import { INPUT_FOLDERS, VIDEO_FOLDER } from '../../contract/layout';
import type { Bucket, ListedObject } from '../objects/bucket';
import { quoted } from '../../base/data/text';
import { missingKeyRemedy } from '../../contract/objectKey';
import { folderOf, isPictureKey, isVideoKey, withoutExtension } from '../objects/fileName';
import { allPages, type Wanted } from '../objects/listing';

/** A driving video that lies ready in the bucket. */
export interface Template extends ListedObject {
	/**
	 * Its key without extension, or its folder where the folder holds one video. This is our reading: the worker's own
	 * rule is not published.
	 */
	templateId: string;
}

/** What the node and the worker write themselves is no template. */
const HIDDEN_FOLDERS = [VIDEO_FOLDER, ...Object.values(INPUT_FOLDERS)];

/** Which keys are templates; `prefix` narrows them down. */
export function templateKeys(prefix: string): Wanted {
	return { prefix, hiddenFolders: HIDDEN_FOLDERS, isWanted: isVideoKey };
}

/** Which keys are pictures to take for a portrait. */
export function portraitKeys(prefix: string): Wanted {
	const hiddenFolders = [VIDEO_FOLDER, INPUT_FOLDERS['driving video']];
	return { prefix, hiddenFolders, isWanted: isPictureKey };
}

export function isTemplateKey(key: string, prefix: string): boolean {
	const { hiddenFolders, isWanted } = templateKeys(prefix);
	const isHidden = hiddenFolders.some((folder) => key.startsWith(folder));
	return key.startsWith(prefix) && !isHidden && isWanted(key);
}

/** Templates in the order of their keys, at most `limit`. */
export async function listTemplates(
	bucket: Pick<Bucket, 'listPage'>,
	prefix: string,
	limit = Infinity,
): Promise<Template[]> {
	const objects: ListedObject[] = [];
	for await (const page of allPages(bucket, templateKeys(prefix))) {
		objects.push(...page.objects);
		// One more than asked for shows whether the last one is alone in its folder.
		if (objects.length > limit) break;
	}
	const counts = await wholeCounts(bucket, objects, prefix);
	return objects
		.slice(0, limit)
		.map((object) => ({ ...object, templateId: templateIdOf(object.key, counts) }));
}

type Counts = ReadonlyMap<string, number>;

/** How many videos each folder holds, at any depth. */
function videosByFolder(objects: readonly ListedObject[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { key } of objects)
		for (let at = key.indexOf('/'); at !== -1; at = key.indexOf('/', at + 1)) {
			const folder = key.slice(0, at + 1);
			counts.set(folder, (counts.get(folder) ?? 0) + 1);
		}
	return counts;
}

/** A prefix that ends within a folder's name or a file's hides other videos of that folder, but they count. */
async function wholeCounts(
	bucket: Pick<Bucket, 'listPage'>,
	objects: readonly ListedObject[],
	prefix: string,
): Promise<Counts> {
	const counts = videosByFolder(objects);
	const folder = folderOf(prefix);
	if (folder === '' || folder === prefix || counts.get(folder) !== 1) return counts;
	return counts.set(folder, await countVideos(bucket, folder));
}

/** Counts to two, which is enough. */
async function countVideos(bucket: Pick<Bucket, 'listPage'>, folder: string): Promise<number> {
	let count = 0;
	for await (const { objects } of allPages(bucket, templateKeys(folder))) {
		count += objects.length;
		if (count > 1) break;
	}
	return count;
}

function templateIdOf(key: string, counts: Counts): string {
	const folder = folderOf(key);
	return counts.get(folder) === 1 ? folder.slice(0, -1) : withoutExtension(key);
}

/**
 * The template with this ID, or with this path.
 * @throws WanAvatarError NOT_FOUND, or AMBIGUOUS_NAME when a folder holds several videos
 */
export async function findTemplate(
	bucket: Pick<Bucket, 'listPage' | 'name' | 'stat'>,
	wanted: { id: string } | { path: string },
	prefix: string,
): Promise<Template> {
	if ('path' in wanted) return await templateAt(bucket, wanted.path, prefix);
	const { id } = wanted;
	const isTemplate = (key: string) => isTemplateKey(key, prefix);
	const isExact = (key: string) => isTemplate(key) && withoutExtension(key) === id;
	const exact = await firstKeys(bucket, `${id}.`, isExact);
	const [only, ...others] =
		exact.length > 0 ? exact : await firstKeys(bucket, `${id}/`, isTemplate);
	if (!only)
		throw notFound(
			`There is no template with the ID ${quoted(id)}`,
			prefix,
			bucketHint(id, bucket),
		);
	if (others.length > 0) throw ambiguous(id, [only, ...others]);
	return { ...only, templateId: await idOf(bucket, only.key) };
}

/** Enough of them to tell whether there is more than one. */
async function firstKeys(
	bucket: Pick<Bucket, 'listPage'>,
	prefix: string,
	isWanted: (key: string) => boolean,
): Promise<ListedObject[]> {
	const found: ListedObject[] = [];
	for await (const { objects } of allPages(bucket, { prefix, hiddenFolders: [], isWanted })) {
		found.push(...objects);
		if (found.length > 1) break;
	}
	return found;
}

async function templateAt(
	bucket: Pick<Bucket, 'listPage' | 'name' | 'stat'>,
	key: string,
	prefix: string,
): Promise<Template> {
	assertTemplateKey(key, prefix);
	const found = await bucket.stat(key);
	if (found.tag === 'there') return { key, ...found.facts, templateId: await idOf(bucket, key) };
	if (found.tag === 'missing')
		throw notFound(`There is no template ${quoted(key)}`, prefix, bucketHint(key, bucket));
	throw new AccessDenied(`The access key may not read "${key}"`, {
		remedy: 'Give it a policy that allows s3:GetObject.',
	});
}

/** @throws WanAvatarError NOT_FOUND for a key that no template has, whatever the bucket holds */
export function assertTemplateKey(key: string, prefix: string): void {
	if (!isTemplateKey(key, prefix)) throw notFound(`${quoted(key)} is not a template`, prefix);
}

/** Without the right to list the bucket, the key without extension. */
async function idOf(bucket: Pick<Bucket, 'listPage'>, key: string): Promise<string> {
	const folder = folderOf(key);
	if (folder === '') return withoutExtension(key);
	try {
		return templateIdOf(key, new Map([[folder, await countVideos(bucket, folder)]]));
	} catch {
		return withoutExtension(key);
	}
}

function bucketHint(key: string, { name }: Pick<Bucket, 'name'>): string {
	return key.startsWith(`${name}/`) ? `Perhaps ${missingKeyRemedy(key, name)}. ` : '';
}

function notFound(message: string, prefix: string, hint = ''): WanAvatarError {
	const where = prefix === '' ? '' : ` whose key begins with "${prefix}"`;
	return new WanAvatarError('NOT_FOUND', message, {
		remedy: `${hint}A template is an .mp4, .mov or .webm${where}, outside of ${HIDDEN_FOLDERS.join(', ')}. Get Many lists them.`,
	});
}

function ambiguous(id: string, objects: readonly ListedObject[]): WanAvatarError {
	const keys = objects.slice(0, 5).map(({ key }) => key);
	return new WanAvatarError(
		'AMBIGUOUS_NAME',
		`More than one video fits the template ID "${id}": ${keys.join(', ')}`,
		{ remedy: 'Choose one of them by its path.' },
	);
}

/** @throws WanAvatarError INVALID_INPUT when deleting is not narrowed down by a prefix */
export function requirePrefix(prefix: string): void {
	if (prefix.trim() !== '') return;
	throw new WanAvatarError('INVALID_INPUT', 'Template Prefix is empty', {
		remedy: 'Give the folder of the templates, such as templates/: only in it may be deleted.',
	});
}

/**
 * Deletes one template.
 * @throws WanAvatarError STORAGE when the access key may not delete
 */
export async function deleteTemplate(
	bucket: Pick<Bucket, 'remove' | 'name'>,
	{ key }: Template,
): Promise<void> {
	if (await bucket.remove(key)) return;
	throw mayNotDelete(bucket.name, key);
}

export function mayNotDelete(bucketName: string, key: string): WanAvatarError {
	return new WanAvatarError(
		'STORAGE',
		`The access key may not delete "${key}" in bucket ${bucketName}`,
		{ remedy: 'Give it a policy that allows s3:DeleteObject.' },
	);
}
