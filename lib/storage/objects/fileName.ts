const VIDEO = /\.(mp4|mov|webm)$/i;
const PICTURE = /\.(png|jpe?g|webp)$/i;

export function isVideoKey(key: string): boolean {
	return VIDEO.test(key);
}

export function isPictureKey(key: string): boolean {
	return PICTURE.test(key);
}

export function withoutExtension(key: string): string {
	return key.replace(/\.[^./]*$/, '');
}

/** The folder of a key, with its slash; empty for a key that is in none. */
export function folderOf(key: string): string {
	return key.slice(0, key.lastIndexOf('/') + 1);
}

export function fileNameOf(key: string): string {
	return key.slice(key.lastIndexOf('/') + 1);
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
	['mp4', 'video/mp4'],
	['mov', 'video/quicktime'],
	['webm', 'video/webm'],
	['jpg', 'image/jpeg'],
	['jpeg', 'image/jpeg'],
	['png', 'image/png'],
	['webp', 'image/webp'],
]);

/** By the extension: not everyone who writes into the bucket says the type. */
export function contentTypeOf(key: string): string | undefined {
	return CONTENT_TYPES.get(key.slice(key.lastIndexOf('.') + 1).toLowerCase());
}

const FILE_ENDING = /\.(?=\d*[a-z])\w{2,5}$/i;

/** Whether a template is named by its ID; of a text without a mode, as an expression may give, the ending decides. */
export function isTemplateId(mode: string | undefined, text: string): boolean {
	return mode === undefined ? !FILE_ENDING.test(text) : mode === 'id';
}
