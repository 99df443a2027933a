/** RunPod's limit for the body of `POST /run`, in bytes (docs: serverless/endpoints/operation-reference). */
export const MAX_RUN_BODY_BYTES = 10 * 1024 * 1024;

/** What stands before base64 in a data URL: the names of codecs may hold commas, also without quotes. */
export const DATA_PREFIX = /data:.{0,400}?;base64,/i;
const AT_START = new RegExp(`^${DATA_PREFIX.source}`, 'i');

/** Says what is wrong with a base64 text, or nothing. A `data:` prefix and line breaks are fine. */
export function base64Fault(text: string): string | undefined {
	const body = base64Body(text);
	if (body === '') return 'is empty: give the file as base64';
	if (text.length > MAX_RUN_BODY_BYTES) return TOO_LARGE;
	if (/[^A-Za-z0-9+/=]/.test(body))
		return 'is not base64: a character other than A-Z, a-z, 0-9, + and / stands in it';
	if (!/^[^=]*={0,2}$/.test(body) || body.length % 4 !== 0)
		return 'is not whole base64: its length or its padding is wrong, so a part is missing';
	return undefined;
}

const TOO_LARGE =
	'is larger than the 10 MB that RunPod takes in one request: put the file into MinIO and give its path';

/** The text as it is sent: no line breaks, the `data:` prefix removed. */
export function base64Body(text: string): string {
	return text.trim().replace(AT_START, '').replace(/\s+/g, '');
}

/** How long the base64 of so many bytes is, with its padding. */
export function base64Length(sizeBytes: number): number {
	return 4 * Math.ceil(sizeBytes / 3);
}
