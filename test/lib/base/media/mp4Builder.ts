/** Boxes of an MP4 by hand. */
export function box(type: string, ...content: Uint8Array[]): Buffer {
	const body = Buffer.concat(content);
	const header = Buffer.alloc(8);
	header.writeUInt32BE(body.length + 8);
	header.write(type, 4, 'latin1');
	return Buffer.concat([header, body]);
}

export function numbers(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
	return bytes;
}

/** A header of one video track of 640x360 with a table of frame times. */
export function videoHeader(stts: Buffer): Buffer {
	const stsd = Buffer.alloc(60);
	stsd.writeUInt16BE(640, 40);
	stsd.writeUInt16BE(360, 42);
	const stbl = box('stbl', box('stsd', stsd), box('stts', stts));
	const hdlr = box('hdlr', numbers(0, 0), Buffer.from('vide'), numbers(0));
	const mdia = box('mdia', hdlr, box('mdhd', numbers(0, 0, 0, 1000, 0)), box('minf', stbl));
	return box('moov', box('trak', box('tkhd', numbers(0, 0, 0, 1)), mdia));
}

/** An MP4 of this size, whose frames are all of one byte. */
export function movie(sizeBytes: number, fill: number): Buffer {
	const head = Buffer.concat([
		box('ftyp', Buffer.from('isom'), numbers(0)),
		videoHeader(numbers(0, 1, 25, 40)),
	]);
	return Buffer.concat([head, box('mdat', Buffer.alloc(sizeBytes - head.length - 8, fill))]);
}
