import * as z from 'zod/v4';
import type { Place } from './carriers';

const place: z.ZodType<Place> = z.object({
	store: z.object({
		endPoint: z.string(),
		port: z.number(),
		accessKey: z.string(),
		secretKey: z.string(),
		bucket: z.string(),
	}),
	runPod: z.object({ apiKey: z.string(), endpointId: z.string(), queueBaseUrl: z.string() }),
});

/** What one process is to do: a small file first, then the large one, which is measured. */
export const task = z.object({
	carrier: z.enum(['generate', 'template', 'awsS3', 'minio', 'minioWinth']),
	direction: z.enum(['up', 'down']),
	place,
	/** On this disk, for `up`. */
	file: z.string(),
	key: z.string(),
	smallKey: z.string(),
	/** Of the packages whose nodes carry. */
	folders: z.array(z.string()),
});

export type Task = z.output<typeof task>;

/** What came of it. */
export const transferred = z.object({
	/** Most memory (RSS) while the file was carried, over what there was before, in MB. */
	grownMb: z.number(),
	/** What the nodes took, without the one that gives the file. */
	nodesMs: z.number(),
	/** What the whole process used of the processors, meanwhile. */
	processorMs: z.number(),
	/** When the last of them was done, in milliseconds since 1970. */
	endedAtMs: z.number(),
	/** Of the binary file after `down`. */
	sha256: z.string().optional(),
});

export type Transferred = z.output<typeof transferred>;

/** Begins the line on stderr that says why a process failed. */
export const FAILED = 'failed: ';
