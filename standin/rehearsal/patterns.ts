import type { Fields } from './fields';

/** What all paths of the management API begin with. */
const MANAGEMENT_BEGINNINGS = ['/v2/', '/graphql'];

/** A regular expression that the whole text must match, so that a key stands for itself and `.*` for all. */
export function readPattern(fields: Fields, name: string): RegExp | undefined {
	const text = fields.text(name);
	if (text === undefined) return undefined;
	try {
		// By itself first: `a)|(b` is only one within other brackets.
		new RegExp(text);
		return new RegExp(`^(?:${text})$`);
	} catch {
		return fields.refuse(name, 'is no regular expression');
	}
}

/** As `readPattern`, for paths of the management API: one that can match none of them is refused. */
export function readManagementPath(fields: Fields): RegExp | undefined {
	const pattern = readPattern(fields, 'path');
	if (pattern === undefined || alternatives(pattern.source.slice(4, -2)).every(canBegin))
		return pattern;
	return fields.refuse('path', 'matches nothing: all paths begin with /v2/ or are /graphql');
}

/** The parts between the `|` that stand in no brackets. */
function alternatives(source: string): string[] {
	const parts = [''];
	let depth = 0;
	for (const [piece] of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[^]/g)) {
		if (piece === '(') depth++;
		if (piece === ')') depth--;
		if (piece === '|' && depth === 0) parts.push('');
		else parts.push(`${parts.pop() ?? ''}${piece}`);
	}
	return parts;
}

/** Whether what stands before the first sign with a meaning agrees with the beginning of a path. */
function canBegin(alternative: string): boolean {
	const text = alternative.replace(/^\^/, '').replaceAll('\\/', '/');
	const [plain = ''] = /^(?:[\w/-](?![?*{]))*/.exec(text) ?? [];
	return MANAGEMENT_BEGINNINGS.some(
		(beginning) => beginning.startsWith(plain) || plain.startsWith(beginning),
	);
}
