import { numbers } from './mp4Builder';

/** Changes to files that encoders have written. */
export const text = (content: string) => Buffer.from(content);
export const behind = (bytes: Buffer, more: Buffer) => Buffer.concat([bytes, more]);
export const cut = (bytes: Buffer, share: number) =>
	bytes.subarray(0, Math.floor(bytes.length * share));

export function progressive(jpg: Buffer): Buffer {
	const copy = Buffer.from(jpg);
	copy[copy.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc2;
	return copy;
}

/** Whose container says that it is longer than it is. */
export function lengthened(webp: Buffer, moreBytes: number): Buffer {
	const copy = Buffer.from(webp);
	copy.writeUInt32LE(copy.readUInt32LE(4) + moreBytes, 4);
	return copy;
}

/** EXIF data that say how to turn the picture. */
export function tiff(orientation: number): Buffer {
	const bytes = Buffer.alloc(26);
	bytes.write('MM\0*', 'latin1');
	bytes.writeUInt32BE(8, 4);
	bytes.writeUInt16BE(1, 8);
	bytes.writeUInt16BE(0x01_12, 10);
	bytes.writeUInt16BE(3, 12);
	bytes.writeUInt32BE(1, 14);
	bytes.writeUInt16BE(orientation, 18);
	return bytes;
}

export function turned(jpg: Buffer, orientation: number): Buffer {
	const exif = behind(text('Exif\0\0'), tiff(orientation));
	const length = Buffer.alloc(2);
	length.writeUInt16BE(exif.length + 2);
	return Buffer.concat([
		jpg.subarray(0, 2),
		Buffer.from([0xff, 0xe1]),
		length,
		exif,
		jpg.subarray(2),
	]);
}

function chunk(type: string, content: Buffer): Buffer {
	return Buffer.concat([numbers(content.length), text(type), content, numbers(0)]);
}

const IHDR_END = 33;

export function withChunk(png: Buffer, type: string, content: Buffer): Buffer {
	return Buffer.concat([png.subarray(0, IHDR_END), chunk(type, content), png.subarray(IHDR_END)]);
}

/** More than may be read one by one. */
export function manyChunks(png: Buffer): Buffer {
	const data = Array.from({ length: 12_000 }, () => chunk('IDAT', Buffer.alloc(40)));
	return Buffer.concat([png.subarray(0, IHDR_END), ...data, png.subarray(-12)]);
}

export function branded(mp4: Buffer, brand: string): Buffer {
	const copy = Buffer.from(mp4);
	copy.write(brand, 8, 'latin1');
	return copy;
}

export function beforeFirst(mp4: Buffer, type: string): Buffer {
	return mp4.subarray(0, mp4.indexOf(type) - 4);
}
