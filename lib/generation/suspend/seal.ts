import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { JobRecord } from '../record/record';
import { contentHash } from '../request/fingerprint';

type Noted = Pick<JobRecord, 'job_id' | 'output' | 'run'>;

/** One for each sleep. */
export function newNoteSecret(): string {
	return randomUUID();
}

/** Proves that what a record says of a video and its run was noted for this execution: anybody may write into the bucket. */
export function sealOf({ job_id, output, run }: Noted, secret: string): string {
	return createHmac('sha256', secret)
		.update(contentHash([job_id, output ?? null, run ?? null]))
		.digest('hex');
}

export function isSealed(record: Noted & Pick<JobRecord, 'seal'>, secret: string): boolean {
	const expected = Buffer.from(sealOf(record, secret));
	const found = Buffer.from(record.seal ?? '');
	return found.length === expected.length && timingSafeEqual(found, expected);
}
