import * as z from 'zod/v4';

const record = z.record(z.string(), z.unknown());

/** What an engine is to do; it comes as a file, since it is of another process. */
export const order = z.object({
	/** The folder of the installed package. */
	folder: z.string(),
	credentials: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.boolean()]))),
	/** Exported workflows that start with `Start` and run `Wan Avatar`. */
	workflows: z.array(z.looseObject({ nodes: z.array(record), connections: record })),
	/** Names of the node's list searches. */
	lists: z.array(z.string()),
});

export type Order = z.infer<typeof order>;

const shownError = z.object({ name: z.string(), message: z.string() });

/** What came of it. */
export const report = z.object({
	versions: z.object({ core: z.string(), workflow: z.string(), node: z.string() }),
	/** The node's name for n8n, as read at its start and as read just after an install. */
	nodeTypes: z.object({ lazy: z.array(z.string()), eager: z.array(z.string()) }),
	runs: z.array(z.object({ error: shownError.nullable(), items: z.array(record) })),
	lists: z.array(z.object({ results: z.array(z.looseObject({ value: z.unknown() })) })),
});

export type Report = z.infer<typeof report>;
