import { readFileSync } from 'node:fs';
import type { IConnections, INode } from 'n8n-workflow';
import * as z from 'zod/v4';

/** The part of an exported workflow that the engine runs. */
export interface WorkflowFile {
	name?: string;
	nodes: INode[];
	connections: IConnections;
	settings?: object;
}

const shape = z.looseObject({
	nodes: z.array(
		z.looseObject({
			id: z.string(),
			name: z.string(),
			type: z.string(),
			typeVersion: z.number(),
			position: z.tuple([z.number(), z.number()]),
			parameters: z.record(z.string(), z.unknown()),
		}),
	),
	connections: z.record(z.string(), z.unknown()),
});

const workflowFile = z.custom<WorkflowFile>((value) => shape.safeParse(value).success, {
	error: 'is not an exported workflow',
});

export function readWorkflow(path: string): WorkflowFile {
	return workflowFile.parse(JSON.parse(readFileSync(path, 'utf8')));
}
