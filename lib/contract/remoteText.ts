const MAX_LENGTH = 500;

const SECRETS: readonly [RegExp, string][] = [
	[/\b(X-Amz-(?:Signature|Credential|Security-Token))=[^&\s"']+/gi, '$1=…'],
	[/\bBearer\s+[\w.~+/-]+=*/gi, 'Bearer …'],
	[/\brpa_\w+/g, 'rpa_…'],
	[/(\w+:\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1…@'],
];

/** Text from a remote host, fit to be shown: one line, at most 500 characters, no markup, no secrets. */
export function cleanRemoteText(text: string): string {
	const plain = text
		.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<\/?[a-z!][^>]*>/gi, ' ')
		.replace(/[\p{Cc}\s]+/gu, ' ')
		.trim();
	const safe = SECRETS.reduce((cleaned, [secret, mask]) => cleaned.replace(secret, mask), plain);
	return safe.length <= MAX_LENGTH ? safe : `${safe.slice(0, MAX_LENGTH - 1)}…`;
}
