/** What a file is, by its first bytes. */
export interface MediaType {
	extension: 'png' | 'jpg' | 'webp' | 'mp4' | 'mov' | 'webm';
	contentType: string;
}

/** So many bytes from the start are enough to tell. */
export const MEDIA_HEAD_BYTES = 64;

const PORTRAITS: readonly MediaType[] = [
	{ extension: 'png', contentType: 'image/png' },
	{ extension: 'jpg', contentType: 'image/jpeg' },
	{ extension: 'webp', contentType: 'image/webp' },
];

const VIDEOS: readonly MediaType[] = [
	{ extension: 'mp4', contentType: 'video/mp4' },
	{ extension: 'mov', contentType: 'video/quicktime' },
	{ extension: 'webm', contentType: 'video/webm' },
];

export type MediaKind = 'portrait' | 'driving video';

/** The type of a file by its content, whatever its name says; nothing when it is none that the worker can use. */
export function mediaTypeOf(head: Uint8Array, kind: MediaKind): MediaType | undefined {
	const extension = extensionOf(head);
	return (kind === 'portrait' ? PORTRAITS : VIDEOS).find((type) => type.extension === extension);
}

/** First boxes of older QuickTime files, which have no brand. */
const QUICKTIME_STARTS: ReadonlySet<string> = new Set(['moov', 'mdat', 'wide', 'pnot']);
/** These may be words, too. */
const FILLERS: ReadonlySet<string> = new Set(['free', 'skip']);

function extensionOf(head: Uint8Array): string | undefined {
	const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
	if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
	if (text(0, 3) === '\xff\xd8\xff') return 'jpg';
	if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
	// ISO media: the brand tells QuickTime from MP4; HEIC and AVIF pictures are of the same family.
	if (text(4, 8) === 'ftyp') return isoExtension(text(8, 12));
	if (QUICKTIME_STARTS.has(text(4, 8)) || (head[0] === 0 && FILLERS.has(text(4, 8)))) return 'mov';
	// EBML: its document type stands in the first bytes, and a plain Matroska file is not WebM.
	if (text(0, 4) === '\x1aE\xdf\xa3' && text(0, MEDIA_HEAD_BYTES).includes('webm')) return 'webm';
	return undefined;
}

/** First brands of pictures; "hev1" is one of videos. */
export const PICTURE_BRANDS: ReadonlySet<string> = new Set([
	...['avif', 'avis', 'avci', 'avcs', 'crx ', 'jpeg', 'mif1', 'mif2', 'msf1'],
	...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'],
]);

function isoExtension(brand: string): string | undefined {
	if (PICTURE_BRANDS.has(brand)) return undefined;
	return brand === 'qt  ' ? 'mov' : 'mp4';
}
