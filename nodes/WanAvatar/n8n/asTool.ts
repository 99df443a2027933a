import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Whether a model asks for this run: n8n makes of each node that is usable as a tool a second node type of this ending,
 * whoever calls it (AI Agent, Tools panel, MCP Server Trigger, n8n's own agents), and a workflow's node keeps it.
 */
export function runsAsTool(context: Pick<IExecuteFunctions, 'getNode'>): boolean {
	return context.getNode().type.endsWith('Tool');
}
