import { MASK, SHORTEST_MASKED } from './secret';

const MIN_STEM_LENGTH = 8;

/** The first `limit` characters of a text, with every secret masked that begins there, so that none is shown by half. */
export type Masker = (text: string, limit: number) => string;

/** Masks the values themselves, and as base64, URL-encoding and JSON write them. */
export function createMasker(secrets: readonly string[]): Masker {
	const masker = known.get(secrets) ?? maskerOf(secrets);
	known.set(secrets, masker);
	return masker;
}

// The same list comes with each answer of a connection.
const known = new WeakMap<readonly string[], Masker>();

function maskerOf(secrets: readonly string[]): Masker {
	const values = secrets.filter((secret) => secret.length >= SHORTEST_MASKED);
	const forms = [...new Set(values.flatMap(writingsOf))];
	const longest = forms.reduce((length, form) => Math.max(length, form.length), 0);
	return (text, limit) => {
		const seen = text.slice(0, limit + longest);
		const found = forms.filter((form) => seen.includes(form));
		return found.length === 0 ? seen.slice(0, limit) : masked(seen, found, limit);
	};
}

function masked(seen: string, forms: readonly string[], limit: number): string {
	const changes = coverChanges(seen, forms);
	const parts: string[] = [];
	let covers = 0;
	let clearFrom = 0;
	for (let at = 0; at < seen.length; at++) {
		const before = covers;
		covers += changes[at] ?? 0;
		if (before === 0 && covers > 0) parts.push(seen.slice(clearFrom, at), MASK);
		if (covers > 0) clearFrom = at + 1;
		else if (at >= limit) break;
	}
	if (clearFrom < limit) parts.push(seen.slice(clearFrom, limit));
	return parts.join('');
}

/** At each character, how many more secrets cover it than cover the one before; secrets may overlap. */
function coverChanges(seen: string, forms: readonly string[]): Int32Array {
	const changes = new Int32Array(seen.length + 1);
	for (const form of forms)
		for (let at = seen.indexOf(form); at !== -1; at = seen.indexOf(form, at + 1)) {
			changes[at] = (changes[at] ?? 0) + 1;
			changes[at + form.length] = (changes[at + form.length] ?? 0) - 1;
		}
	return changes;
}

/** All ways in which a secret may be written. */
function writingsOf(secret: string): string[] {
	const json = jsonOf(secret);
	const urls = [encodeURIComponent(Buffer.from(secret).toString()), formEncoded(secret)];
	return [
		secret,
		...base64Of(secret),
		...urls,
		...urls.map(withSmallHex),
		json,
		// JSON in JSON.
		jsonOf(json),
	];
}

/** Without padding, which then stands behind the mask; and the part that stays the same when more text follows. */
function base64Of(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const stem = bytes.subarray(0, bytes.length - (bytes.length % 3));
	const whole = [bytes.toString('base64'), bytes.toString('base64url')];
	const stems = [stem.toString('base64'), stem.toString('base64url')].filter(
		({ length }) => length >= MIN_STEM_LENGTH,
	);
	return [...whole, ...whole.map((padded) => padded.replace(/=+$/, '')), ...stems];
}

function formEncoded(secret: string): string {
	return new URLSearchParams([['', secret]]).toString().slice(1);
}

function withSmallHex(encoded: string): string {
	return encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
}

function jsonOf(secret: string): string {
	return JSON.stringify(secret).slice(1, -1);
}
