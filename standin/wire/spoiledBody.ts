const largeBytes = 21 * 1024 ** 2;
const deepLevels = 2700;

/** The body with so much in it that it has this size: a field of a JSON object, else blanks at the end. */
export function blownUp(body: Buffer, sizeBytes = largeBytes): Buffer {
	const missing = Math.max(0, sizeBytes - body.length);
	if (isJsonObject(body)) {
		return Buffer.from(withField(String(body), 'padding', `"${'a'.repeat(missing)}"`));
	}
	return Buffer.concat([body, Buffer.alloc(missing, ' ')]);
}

/** JSON with a field, or XML with an element, that is nested so deep; anything else as it is. */
export function deepened(body: Buffer, levels = deepLevels): Buffer {
	const text = String(body);
	if (isJsonObject(body)) return Buffer.from(withField(text, 'deep', nested('[', ']', levels)));
	if (!text.startsWith('<?xml')) return body;
	const end = text.lastIndexOf('</');
	return Buffer.from(text.slice(0, end) + nested('<D>', '</D>', levels) + text.slice(end));
}

/**
 * A JSON object's text with one more field in place of one of that name, given as JSON text, so that it may be what
 * no parser makes. A status answer that has an `output` gets it there, unless told otherwise.
 */
export function withField(
	body: string,
	name: string,
	valueJson: string,
	{ intoOutput = true } = {},
): string {
	const fields = fieldsOf(body);
	const isStatus = Object.hasOwn(fields, 'status') && Object.hasOwn(fields, 'output');
	if (!intoOutput || !isStatus) return objectText(fields, name, valueJson);
	const { output, ...rest } = fields;
	return objectText(rest, 'output', objectText(isObject(output) ? output : {}, name, valueJson));
}

function objectText(fields: object, name: string, valueJson: string): string {
	const others = Object.entries(fields).filter(([other]) => other !== name);
	const known = JSON.stringify(Object.fromEntries(others)).slice(1, -1);
	return `{${known}${known === '' ? '' : ','}${JSON.stringify(name)}:${valueJson}}`;
}

function nested(open: string, close: string, levels: number): string {
	return open.repeat(levels) + close.repeat(levels);
}

function isJsonObject(body: Buffer): boolean {
	// The first byte spares the parsing of a video.
	if (body[0] !== '{'.charCodeAt(0)) return false;
	try {
		return isObject(JSON.parse(String(body)));
	} catch {
		return false;
	}
}

function fieldsOf(body: string): Record<string, unknown> {
	const value: unknown = JSON.parse(body);
	return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
