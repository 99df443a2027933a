/** Headers of an answer for browsers: the plain name for old ones, the whole name for all others. */
export function savedAs(name: string): { 'response-content-disposition': string } {
	const plain = name.replace(/[^ -~]|["\\%]/g, '_');
	const whole = encodeURIComponent(name).replace(/[!'()*]/g, hexOf);
	return {
		'response-content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${whole}`,
	};
}

function hexOf(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
