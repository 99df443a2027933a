import { createMasker } from './maskSecrets';
import { MASK } from './secret';

const SHOWN_LENGTH = 500;
/** So much of a text is looked at: the head of an HTML page takes some thousand characters before it says a word. */
const READ_LENGTH = 16_000;

/** Each is linear: none can begin at many places and then run over the same characters again. */
const SECRETS: readonly [RegExp, string][] = [
	[
		/\b((?:Signature|Credential|Security-Token|AWSAccessKeyId|sig)(?:=|%3D))[^&\s"'<>\\]+/gi,
		`$1${MASK}`,
	],
	[/\b(Bearer)\s+[\w.~+/-]+=*/gi, `$1 ${MASK}`],
	// Words after "Basic" are small letters; base64 is not.
	[/\b([Bb]asic)\s+(?=[\w+/-]+[A-Z0-9+/=])[\w+/-]{4,}=*/g, `$1 ${MASK}`],
	[/\brpa_\w+/g, `rpa_${MASK}`],
	// The worker's token of Hugging Face, whose value only RunPod knows.
	[/\bhf_\w{20,}/g, `hf_${MASK}`],
	// User name and password of an address, also where the text ends within them.
	[/\/\/[^/\s]*@/g, `//${MASK}@`],
];

/**
 * Text from a remote host, fit to be shown: one line, at most 500 characters, no markup, and none of the `secrets`,
 * however they are written. Takes no time to speak of, whatever the text and its length.
 */
export function cleanRemoteText(text: string, secrets: readonly string[] = []): string {
	const isCut = text.length > READ_LENGTH;
	const read = createMasker(secrets)(text, READ_LENGTH);
	const plain = withoutMarkup(isCut ? withoutCutAddress(read) : read)
		.replace(/[\p{Cc}\s]+/gu, ' ')
		.trim();
	const safe = withoutPatterns(plain);
	return isCut || safe.length > SHOWN_LENGTH ? shortened(safe) : safe;
}

/** Text of this program, whole, without the `secrets` and whatever looks like one: somebody may have mixed values up. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return withoutPatterns(createMasker(secrets)(text, text.length));
}

function withoutPatterns(text: string): string {
	return SECRETS.reduce((cleaned, [secret, mask]) => cleaned.replace(secret, mask), text);
}

/** Never cut between the two halves of a character. */
function shortened(text: string): string {
	return `${text.slice(0, SHOWN_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** An address that was cut may show a password whose "@" is gone. */
function withoutCutAddress(text: string): string {
	return text.replace(/\/\/[^/\s]*$/, '//');
}

function withoutMarkup(text: string): string {
	return withoutElements(text).replace(/<\/?[a-z!][^<>]*>/gi, ' ');
}

/** Without scripts and styles, also where the text ends within one. */
function withoutElements(html: string): string {
	const opening = /<(script|style)\b[^<>]*>/gi;
	const closings = { script: /<\/script\b[^<>]*>/gi, style: /<\/style\b[^<>]*>/gi };
	const kept: string[] = [];
	let from = 0;
	for (let found = opening.exec(html); found; found = opening.exec(html)) {
		kept.push(html.slice(from, found.index));
		const closing = found[1]?.toLowerCase() === 'style' ? closings.style : closings.script;
		closing.lastIndex = opening.lastIndex;
		if (!closing.test(html)) return kept.join(' ');
		from = closing.lastIndex;
		opening.lastIndex = from;
	}
	return [...kept, html.slice(from)].join(' ');
}
