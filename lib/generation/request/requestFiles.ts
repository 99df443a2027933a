import { base64Length } from '../../base/data/base64';
import { WanAvatarError } from '../../base/errors/errors';
import { messageOf } from '../../base/errors/foreignError';
import { InvalidInput, type InputFault } from '../../base/errors/invalidInput';
import type { ContractField } from '../../contract/jobInput';
import type { MediaKind } from '../../base/media/mediaType';
import { objectKey, type KeyOwner } from '../../contract/objectKey';
import { planInline, type InlineFile } from './inlineFile';
import { settle, type Settled } from '../../base/errors/settled';
import { planUpload, type SourceFile, type Upload } from './upload';

/** A file of the incoming item in place of a field of the input. */
export interface GivenFile {
	/** The field of the form that names it, for messages. */
	field: string;
	/** The file, or why there is none. */
	file: Settled<SourceFile>;
}

/** The files of one item, each measured, none kept. */
export interface RequestFiles {
	/** Where those lie that are put into the bucket. */
	paths: Partial<Record<ContractField, string>>;
	uploads: Upload[];
	inlineFiles: InlineFile[];
	/** The fields that they stand for, also where a file is of no use. */
	fields: ContractField[];
	/** What the files add to the body of the request. */
	sizeBytes: number;
	faults: InputFault[];
}

export interface GivenFiles {
	portraitFile?: GivenFile | undefined;
	drivingVideoFile?: GivenFile | undefined;
	/** Files go into the bucket; without one they go along with the request, as base64. */
	hasBucket: boolean;
}

type PathField = 'image_minio_path' | 'driving_video_path';

/** Reads each file once, in pieces. A file that is of no use is told with all else that is wrong. */
export async function measureFiles(
	{ portraitFile, drivingVideoFile, hasBucket }: GivenFiles,
	owner: KeyOwner,
): Promise<RequestFiles> {
	const files: RequestFiles = {
		paths: {},
		uploads: [],
		inlineFiles: [],
		fields: [],
		sizeBytes: 0,
		faults: [],
	};
	const sources = [
		[portraitFile, 'portrait', 'image_minio_path', 'image_base64'],
		[drivingVideoFile, 'driving video', 'driving_video_path', 'driving_video_base64'],
	] as const;
	for (const [given, kind, pathField, base64Field] of sources) {
		if (!given) continue;
		files.fields.push(hasBucket ? pathField : base64Field);
		const measured = await settle(
			hasBucket
				? addUpload(given, kind, pathField, owner, files)
				: addInline(given, kind, base64Field, files),
		);
		if ('error' in measured) files.faults.push(...fileFaults(given.field, measured.error));
	}
	return files;
}

async function addUpload(
	{ field, file }: GivenFile,
	kind: MediaKind,
	pathField: PathField,
	owner: KeyOwner,
	files: RequestFiles,
): Promise<void> {
	const upload = await planUpload(fileOf(file), kind, owner);
	const { error } = objectKey.safeParse(upload.key);
	if (error) {
		const message = `would be stored under a key that ${error.issues[0]?.message ?? 'is wrong'}`;
		const remedy = 'The User ID and the Avatar ID are in the keys of uploads.';
		files.faults.push({ field, message, remedy });
		return;
	}
	files.paths[pathField] = upload.key;
	files.uploads.push(upload);
}

async function addInline(
	{ file }: GivenFile,
	kind: MediaKind,
	base64Field: InlineFile['field'],
	files: RequestFiles,
): Promise<void> {
	const inline = await planInline(fileOf(file), kind, base64Field);
	files.inlineFiles.push(inline);
	files.sizeBytes += base64Length(inline.sizeBytes) + `"${base64Field}":"",`.length;
}

function fileOf(file: Settled<SourceFile>): SourceFile {
	if ('error' in file) throw file.error;
	return file.value;
}

/**
 * Work with the file of one field.
 * @throws InvalidInput naming the field, for a file that is of no use; else what is no fault of the file
 */
export async function namedByField<T>(field: string, work: Promise<T>): Promise<T> {
	const done = await settle(work);
	if ('error' in done) throw new InvalidInput(fileFaults(field, done.error));
	return done.value;
}

/** @throws what is no fault of the file: that the workflow was stopped, or that its store does not answer */
function fileFaults(field: string, error: unknown): readonly InputFault[] {
	if (error instanceof InvalidInput) return error.faults;
	if (!(error instanceof WanAvatarError))
		return [{ field, message: `gives no file: ${messageOf(error)}` }];
	if (error.code !== 'INVALID_INPUT') throw error;
	const { message, remedy } = error;
	return [{ field, message: `gives no good file: ${message}`, remedy }];
}
