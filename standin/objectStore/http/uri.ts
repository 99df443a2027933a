/** Percent-encodes all but the unreserved characters of RFC 3986, as Signature Version 4 wants it. */
export function encodeUri(text: string): string {
	return encodeURIComponent(text).replace(/[!'()*]/g, (character) => {
		return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
	});
}

/** The same, with slashes kept. */
export function encodePath(path: string): string {
	return path.split('/').map(encodeUri).join('/');
}

/** The form of `encoding-type=url` in listings: a space is a plus. */
export function encodeListed(key: string): string {
	return encodePath(key).replaceAll('%20', '+');
}
