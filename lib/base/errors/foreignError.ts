/** Errors may name each other as their causes, in a circle as well. */
const MAX_CAUSES = 10;

/** The code of an error of Node or a library, wherever it stands: an AggregateError holds one for each address tried. */
export function codeOf(error: unknown): string | undefined {
	return orNothing(() => codeWithin(error, 0));
}

function codeWithin(error: unknown, causes: number): string | undefined {
	if (typeof error !== 'object' || error === null || causes > MAX_CAUSES) return undefined;
	if ('code' in error && typeof error.code === 'string') return error.code;
	if ('errors' in error && Array.isArray(error.errors))
		return codeWithin(error.errors[0], causes + 1);
	return 'cause' in error ? codeWithin(error.cause, causes + 1) : undefined;
}

/** The words of an error; not by `instanceof`, which fails for errors of another realm. */
export function messageOf(error: unknown): string {
	if (typeof error !== 'object' || error === null) return String(error);
	return orNothing(() => messageIn(error)) ?? 'unknown error';
}

function messageIn(error: object): string | undefined {
	return 'message' in error && typeof error.message === 'string' ? error.message : undefined;
}

/** A foreign object may throw when a field of it is read: the first error is what has to be told. */
function orNothing<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
