import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { S3Error } from '../http/errors';
import type { Headers } from '../http/request';

export interface Part {
	number: number;
	path: string;
	sizeBytes: number;
	md5Hex: string;
	modifiedMs: number;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
	id: string;
	bucket: string;
	key: string;
	/** The headers kept with the object to be. */
	headers: Headers;
	initiatedMs: number;
	parts: Map<number, Part>;
}

/** The uploads of this run; they do not outlive it. */
export class Uploads {
	readonly #uploads = new Map<string, Upload>();

	initiate(upload: Omit<Upload, 'id' | 'parts'>): Upload {
		const initiated = {
			...upload,
			id: randomBytes(16).toString('hex'),
			parts: new Map<number, Part>(),
		};
		this.#uploads.set(initiated.id, initiated);
		return initiated;
	}

	/** Throws NoSuchUpload. */
	require(bucket: string, key: string, id: string): Upload {
		const upload = this.#uploads.get(id);
		if (upload?.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
		return upload;
	}

	/** By key, then by id. */
	list(bucket: string): Upload[] {
		return [...this.#uploads.values()]
			.filter((upload) => upload.bucket === bucket)
			.sort((a, b) => {
				return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.id < b.id ? -1 : 1);
			});
	}

	/** Takes the upload from the list; its files stay. */
	close(upload: Upload): void {
		this.#uploads.delete(upload.id);
	}

	removeFiles(upload: Upload): void {
		for (const part of upload.parts.values()) rmSync(part.path, { force: true });
	}
}
