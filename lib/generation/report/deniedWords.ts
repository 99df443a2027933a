import { WanAvatarError } from '../../base/errors/errors';

/** What the store refuses to the access key, by what it was needed for. */
export type DeniedRight = 'readResult' | 'readInput' | 'readRecord' | 'writeRecord';

/** Is told of each refusal that was seen, with the name of the bucket. */
export type OnDenied = (right: DeniedRight, bucketName: string) => void;

// A key that may not list is refused what is not there, too.
const AND_LIST = 's3:GetObject and s3:ListBucket';

const SENTENCES: Readonly<Record<DeniedRight, (of: string) => string>> = {
	readResult: (of) =>
		`The access key may not look at results${of}: they were not checked, and links to them are the worker's own, which may end sooner. It needs ${AND_LIST}.`,
	readInput: (of) =>
		`The access key may not look at inputs${of}: one that is missing is not noticed before its job is paid for. It needs ${AND_LIST}.`,
	readRecord: (of) =>
		`The access key may not read job records (*.job.json)${of}: jobs of other executions are not found again, and may be paid for twice. It needs s3:GetObject.`,
	writeRecord: (of) =>
		`The access key may not write job records (*.job.json)${of}: other executions cannot see these jobs, and may pay for the same again; where a record of an earlier execution stands there, each run gives out the same video again. It needs s3:PutObject.`,
};

/** What a refusal means for the whole run. */
export function deniedSentence(right: DeniedRight, bucketName: string): string {
	return SENTENCES[right](` in bucket ${bucketName}`);
}

/** What is said of a thumbnail at which nobody could look: whether there is one is not known. */
export function unseenThumbnail(key: string, tag: 'denied' | 'unknown'): string {
	return tag === 'denied'
		? `The access key may not look at ${key}: it is not given out.`
		: `The object store does not tell whether there is ${key}: it is not given out.`;
}

const MISSING = /not found|no such|NoSuchKey|does not exist|\b404\b/i;

/** Whether a worker's reason is about an input at which nobody could look before. */
export function missesUnseen(reason: string, unseenInputs: readonly string[] = []): boolean {
	if (unseenInputs.length === 0) return false;
	return MISSING.test(reason) || unseenInputs.some((key) => reason.includes(key));
}

/** A job may have failed over an input at which nobody could look before. */
export function namingUnseen(error: unknown, unseenInputs: readonly string[] = []): unknown {
	const isFailed = error instanceof WanAvatarError && error.code === 'JOB_FAILED';
	if (!isFailed || unseenInputs.length === 0) return error;
	const { code, message, details } = error;
	const unseen = `The access key may not look at its inputs: check that ${unseenInputs.join(' and ')} can be found in the bucket.`;
	return new WanAvatarError(code, message, { remedy: `${error.remedy} ${unseen}`, details });
}
