import type { SavedWorkflow } from '../../demo/n8n/rest';
import type { Step } from './avatarWorkflow';
import { call } from './callers';
import { until, type Rig } from './rig';

/** A start by a webhook: of such executions n8n runs no more at once than it is told to. */
export function webhookStart(path: string): Step {
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { path, httpMethod: 'POST', options: {} },
		settings: { webhookId: path },
	};
}

/** Calls the webhook of a workflow that is published. */
export async function callWebhook(rig: Pick<Rig, 'entryUrl'>, path: string): Promise<void> {
	const answer = await call(rig, `/webhook/${path}`, { method: 'POST' });
	if (!answer.ok) throw new Error(`the webhook answered ${String(answer.status)}`);
}

/** Publishes a workflow and starts it by its webhook. @returns the ID of its only execution */
export async function startPublished(
	rig: Pick<Rig, 'entryUrl' | 'n8n'>,
	workflow: SavedWorkflow,
	path: string,
): Promise<string> {
	const { rest } = rig.n8n;
	await rest.activate(workflow);
	await callWebhook(rig, path);
	let executionId: string | undefined;
	await until(async () => {
		executionId = (await rest.executions(workflow.id))[0]?.id;
		return executionId !== undefined;
	});
	return executionId ?? '';
}
