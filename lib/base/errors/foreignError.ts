/** The code of an error of Node or a library, wherever it stands: an AggregateError holds one for each address tried. */
export function codeOf(error: unknown): string | undefined {
	if (typeof error !== 'object' || error === null) return undefined;
	if ('code' in error && typeof error.code === 'string') return error.code;
	if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
	return 'cause' in error ? codeOf(error.cause) : undefined;
}

/** The words of an error; not by `instanceof`, which fails for errors of another realm. */
export function messageOf(error: unknown): string {
	if (typeof error !== 'object' || error === null) return String(error);
	return 'message' in error && typeof error.message === 'string' ? error.message : 'unknown error';
}
