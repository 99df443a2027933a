import * as z from 'zod/v4';

/** What a child process says of one cell, or of one subject that nothing attacks. */
export const report = z.discriminatedUnion('tag', [
	z.object({
		tag: z.literal('cell'),
		name: z.string(),
		posts: z.number(),
		cancels: z.number(),
		running: z.number(),
		reds: z.array(z.string()),
		endedBeforeStop: z.boolean(),
		said: z.string(),
	}),
	z.object({ tag: z.literal('control'), subject: z.string(), reds: z.array(z.string()) }),
]);

export type Report = z.output<typeof report>;
export type CellReport = Report & { tag: 'cell' };
