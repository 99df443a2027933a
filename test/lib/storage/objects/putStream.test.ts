import { setImmediate as turn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import {
	PARTS_AT_ONCE,
	putStream,
	type ObjectWriter,
	type Part,
} from '../../../../lib/storage/objects/putStream';

const PART_BYTES = 5 * 1024 * 1024;

/** A file of so many parts, each of which is filled with its own number. */
function fileOf(parts: number): { content: Readable; sizeBytes: number } {
	const pieces = Array.from({ length: parts }, (_, i) => Buffer.alloc(PART_BYTES, i + 1));
	return { content: Readable.from(pieces), sizeBytes: parts * PART_BYTES };
}

interface Log {
	events: string[];
	completed: Part[] | undefined;
}

/** A store that answers a part when `send` does. */
function storeWith(
	send: (part: number, bytes: Buffer, signal: AbortSignal) => Promise<void>,
): Log & { writer: ObjectWriter } {
	const log: Log = { events: [], completed: undefined };
	const writer: ObjectWriter = {
		whole: async () => Promise.reject(new Error('It has several parts')),
		begin: async () => Promise.resolve('upload'),
		part: async (_uploadId, part, { bytes, signal }) => {
			try {
				await send(part, bytes, signal);
			} finally {
				log.events.push(`part ${String(part)} ended`);
			}
			return { etag: `etag ${String(part)}` };
		},
		complete: async (_uploadId, parts) => {
			log.completed = parts;
			return Promise.resolve();
		},
		abort: async () => {
			log.events.push('aborted');
			return Promise.resolve();
		},
	};
	return Object.assign(log, { writer });
}

function latch(): { open: () => void; opened: Promise<void> } {
	let open: () => void = () => undefined;
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { open, opened };
}

/** A moment in which everything that can go on has gone on. */
async function standstill(): Promise<void> {
	for (let i = 0; i < 50; i++) await turn();
}

describe('putStream', () => {
	it('sends the next part before the store has answered the one before', async () => {
		const second = latch();
		const store = storeWith(async (part) => {
			if (part === 2) second.open();
			if (part === 1) await second.opened;
		});
		const { content, sizeBytes } = fileOf(3);
		await putStream(content, sizeBytes, store.writer);
		expect(store.completed).toEqual(
			[1, 2, 3].map((part) => ({ part, etag: `etag ${String(part)}` })),
		);
	});

	it('sends no more parts at once than it has memory for, and each with its own bytes', async () => {
		let atOnce = 0;
		let most = 0;
		const wrong: number[] = [];
		const store = storeWith(async (part, bytes) => {
			most = Math.max(most, ++atOnce);
			await standstill();
			if (!bytes.equals(Buffer.alloc(PART_BYTES, part))) wrong.push(part);
			atOnce--;
		});
		const { content, sizeBytes } = fileOf(7);
		await putStream(content, sizeBytes, store.writer);
		expect({ most, wrong }).toEqual({ most: PARTS_AT_ONCE, wrong: [] });
		expect(store.completed).toHaveLength(7);
	});

	it('gives up the upload after a lost part once the others have ended', async () => {
		const lost = new Error('The store is gone');
		const failed = latch();
		const store = storeWith(async (part) => {
			if (part === 1) await failed.opened.then(standstill);
			if (part !== 2) return;
			failed.open();
			throw lost;
		});
		const { content, sizeBytes } = fileOf(9);
		await expect(putStream(content, sizeBytes, store.writer)).rejects.toBe(lost);
		expect(store.events).toEqual(['part 2 ended', 'part 1 ended', 'aborted']);
		expect(store.completed).toBeUndefined();
		expect(content.destroyed).toBe(true);
	});

	it('cuts the other part once one is lost, and says why that one was', async () => {
		const lost = new Error('The store refuses it');
		const store = storeWith(async (part, _bytes, signal) => {
			if (part === 2) throw lost;
			await new Promise((_resolve, reject) => {
				signal.addEventListener('abort', () => {
					reject(new Error('cut'));
				});
			});
		});
		const { content, sizeBytes } = fileOf(4);
		await expect(putStream(content, sizeBytes, store.writer)).rejects.toBe(lost);
		expect(store.events).toEqual(['part 2 ended', 'part 1 ended', 'aborted']);
	});

	it('waits for no more of a file that stands still once a part is lost', async () => {
		const lost = new Error('The store is gone');
		const store = storeWith(async () => Promise.reject(lost));
		const content = new Readable({ read: () => undefined });
		content.push(Buffer.alloc(PART_BYTES));
		await expect(putStream(content, 3 * PART_BYTES, store.writer)).rejects.toBe(lost);
		expect(store.events).toEqual(['part 1 ended', 'aborted']);
	});
});
