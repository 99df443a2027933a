import * as z from 'zod/v4';
import { createMasker } from '../../base/data/maskSecrets';

/** Dots alone are lost in an address; control characters and half characters are of no id. */
const UNFIT = /^\.\.?$|[\p{Cc}\p{Cs}]/u;

/** RunPod's ids are opaque: any printable text that an address can name. */
const jobId = z
	.union([z.string(), z.int().transform(String)])
	.transform((id) => id.trim())
	.refine((id) => id.length > 0 && id.length <= 200 && !UNFIT.test(id));

/** The id of a job, also where it is a number; nothing where no job could be followed by it, or where it shows a secret. */
export function readJobId(value: unknown, secrets: readonly string[]): string | undefined {
	const id = jobId.safeParse(value).data;
	if (id === undefined) return undefined;
	return createMasker(secrets)(id, id.length) === id ? id : undefined;
}
