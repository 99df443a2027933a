import { PICTURE_BRANDS } from './mediaType';

/** A kind of file that is not the one that is wanted. */
export interface OtherType {
	/** With its article, such as "a GIF image". */
	what: string;
	group: 'picture' | 'phone picture' | 'video' | 'sound' | 'page' | 'document' | 'text' | 'encoded';
}

/** So many bytes from the start are enough to name it. */
export const OTHER_TYPE_HEAD_BYTES = 1024;

type Named = readonly [start: string, what: string, group: OtherType['group']];

/** By their first bytes. */
const BY_START: readonly Named[] = [
	['\x89PNG\r\n\x1a\n', 'a PNG image', 'picture'],
	['\xff\xd8\xff', 'a JPEG image', 'picture'],
	['GIF8', 'a GIF image', 'picture'],
	['II*\0', 'a TIFF image or a raw picture of a camera', 'picture'],
	['MM\0*', 'a TIFF image or a raw picture of a camera', 'picture'],
	['8BPS', 'a Photoshop file', 'picture'],
	['\xff\x0a', 'a JPEG XL image', 'picture'],
	['\0\0\0\x0cJXL ', 'a JPEG XL image', 'picture'],
	['\0\0\0\x0cjP  ', 'a JPEG 2000 image', 'picture'],
	['\0\0\x01\0', 'an icon', 'picture'],
	['FLV\x01', 'a Flash video', 'video'],
	['0&\xb2u\x8ef\xcf\x11', 'a Windows Media file', 'video'],
	['\0\0\x01\xba', 'an MPEG-1 or MPEG-2 video', 'video'],
	['\0\0\x01\xb3', 'an MPEG-1 or MPEG-2 video', 'video'],
	['ID3', 'an MP3 audio file', 'sound'],
	['\xff\xfb', 'an MP3 audio file', 'sound'],
	['\xff\xfa', 'an MP3 audio file', 'sound'],
	['\xff\xf3', 'an MP3 audio file', 'sound'],
	['\xff\xf2', 'an MP3 audio file', 'sound'],
	['\xff\xf1', 'an AAC audio file', 'sound'],
	['\xff\xf9', 'an AAC audio file', 'sound'],
	['fLaC', 'a FLAC audio file', 'sound'],
	['#!AMR', 'an AMR audio file', 'sound'],
	['%PDF-', 'a PDF document', 'document'],
	['PK\x03\x04', 'a ZIP archive or an Office document', 'document'],
	['Rar!\x1a\x07', 'a RAR archive', 'document'],
	["7z\xbc\xaf'\x1c", 'a 7z archive', 'document'],
	['\x1f\x8b\x08', 'a gzip archive', 'document'],
	['\xd0\xcf\x11\xe0', 'an older Office document', 'document'],
];

/** By the name of the family, after the length. */
const BY_RIFF: readonly Named[] = [
	['WEBP', 'a WebP image', 'picture'],
	['AVI ', 'an AVI video', 'video'],
	['WAVE', 'a WAV audio file', 'sound'],
];

/** By the first brand of a file of the MP4 family; any other one is a video. */
const BY_BRAND: readonly Named[] = [
	['M4A ', 'an M4A audio file', 'sound'],
	['M4B ', 'an M4B audio file', 'sound'],
	['qt  ', 'a QuickTime (MOV) video', 'video'],
	['', 'an MP4 video', 'video'],
];

/** Names what a file is by its head; nothing for what is not known. */
export function otherTypeOf(head: Buffer): OtherType | undefined {
	const bytes = head.subarray(0, OTHER_TYPE_HEAD_BYTES).toString('latin1');
	if (bytes.startsWith('RIFF')) return byStart(BY_RIFF, bytes.slice(8));
	if (bytes.startsWith('ftyp', 4)) return byBrand(bytes.slice(8, 64));
	if (bytes.startsWith('\x1aE\xdf\xa3'))
		return bytes.slice(0, 64).includes('webm')
			? { what: 'a WebM video', group: 'video' }
			: { what: 'a Matroska (MKV) video', group: 'video' };
	if (bytes.startsWith('OggS'))
		return bytes.includes('theora')
			? { what: 'an Ogg video', group: 'video' }
			: { what: 'an Ogg audio file', group: 'sound' };
	return byStart(BY_START, bytes) ?? bySync(bytes) ?? bitmap(head) ?? writtenType(bytes);
}

function byStart(names: readonly Named[], bytes: string): OtherType | undefined {
	const found = names.find(([start]) => bytes.startsWith(start));
	return found && { what: found[1], group: found[2] };
}

/** Phones write a general brand first, and the one that tells among those after it. */
function byBrand(brands: string): OtherType | undefined {
	const first = brands.slice(0, 4);
	if (!PICTURE_BRANDS.has(first)) return byStart(BY_BRAND, first);
	if (first === 'crx ') return { what: 'a raw picture of a camera', group: 'picture' };
	return brands.includes('avi')
		? { what: 'an AVIF image', group: 'picture' }
		: { what: 'a HEIC picture, as iPhones take them', group: 'phone picture' };
}

/** Broadcasts come in packets that begin with the same byte; camcorders put four bytes before each. */
function bySync(bytes: string): OtherType | undefined {
	const isSync = (first: number, lengthBytes: number) =>
		[0, 1, 2, 3].every((packet) => bytes[first + packet * lengthBytes] === 'G');
	return isSync(0, 188) || isSync(4, 192)
		? { what: 'an MPEG transport stream', group: 'video' }
		: undefined;
}

function bitmap(head: Buffer): OtherType | undefined {
	const isBitmap = head.length >= 26 && head.toString('latin1', 0, 2) === 'BM';
	return isBitmap && head.readUInt32LE(6) === 0
		? { what: 'a BMP image', group: 'picture' }
		: undefined;
}

const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** How the types that are wanted begin in base64. */
const BASE64_START = /^(?:data:[\w.+/-]+;base64,)?(?:iVBORw0KGgo|\/9j\/|UklGR|AAAA.GZ0eX|GkXfo)/;

/** What is written in letters; a text without a mark of its kind is only called one. */
function writtenType(bytes: string): OtherType | undefined {
	const text = bytes.replace(BYTE_ORDER_MARK, '').trimStart();
	if (/^(?:<\?xml|<!--|<!DOCTYPE svg|<svg)[^\0]*?<svg[\s>]|^<svg[\s>]/i.test(text))
		return { what: 'an SVG drawing', group: 'picture' };
	if (
		/^(?:<\?xml[^\0]*?)?(?:<!--[^\0]*?-->\s*)?<(?:!DOCTYPE html|html|head|body|script)\b/i.test(
			text,
		)
	)
		return { what: 'an HTML page', group: 'page' };
	if (/^<(?:\?xml|[A-Za-z]+[\s>])/.test(text))
		return { what: 'an XML text, such as the error message of a server', group: 'page' };
	if (/^(?:\{\s*(?:"|\})|\[\s*[{["])/.test(text))
		return { what: 'a JSON text, such as the error message of a server', group: 'page' };
	if (BASE64_START.test(text))
		return { what: 'the base64 text of a file, not yet decoded', group: 'encoded' };
	const isText = text.length > 0 && /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(text);
	return isText && /^[\t\n\r\x20-\x7e]*$/.test(text.slice(0, 64))
		? { what: 'a text', group: 'text' }
		: undefined;
}
