import { EventEmitter } from 'node:events';
import { WebhookContext } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	IWebhookData,
	IWebhookFunctions,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import * as z from 'zod/v4';
import type { Credentials, Engine } from '../../../demo/engine';

export interface Called {
	/** What the workflow starts with; nothing where it does not start. */
	item: INodeExecutionData | undefined;
	/** What is answered; 200 where n8n answers itself. */
	status: number;
	text: string;
}

export interface Caller {
	call: (body: unknown, options?: { mode?: 'webhook' | 'manual' }) => Promise<Called>;
	/** The jobs in what n8n has saved of the node. */
	savedJobs: () => string[];
}

/** Calls the built trigger as n8n's server does, which saves the static data and then answers. */
export function callerOf(
	{ loader }: Engine,
	credentials: Credentials,
	parameters: INode['parameters'] = {},
	isStarted = true,
): Caller {
	const { type } = loader.getNode('wanAvatarTrigger');
	if ('nodeVersions' in type) throw new Error('the trigger has several versions');
	// Each trigger of the test is another node, with notes of its own.
	const node = nodeOf(credentials, parameters);
	let staticData = '{}';
	return {
		savedJobs: () => {
			const saved = savedData.parse(JSON.parse(staticData));
			return Object.keys(saved['node:Wan Avatar Trigger']?.endedJobs ?? {});
		},
		call: async (body, { mode = 'webhook' } = {}) => {
			const workflow = workflowOf(type, node, JSON.parse(staticData));
			const response = new FakeResponse();
			const data = additionalData(
				credentials,
				{ body, headers: {}, params: {}, query: {} },
				response,
			);
			const webhookData = z.custom<IWebhookData>().parse({});
			const context = new WebhookContext(workflow, node, data, mode, webhookData, [], null);
			const functions = z.custom<IWebhookFunctions>().parse(context);
			const called = await type.webhook?.call(functions);
			const item = called?.workflowData?.[0]?.[0];
			if (item) {
				response.statusCode = isStarted ? 200 : 500;
				response.text = JSON.stringify(called.webhookResponse);
				if (isStarted) staticData = JSON.stringify(workflow.staticData);
			}
			response.emit('close');
			return { item, status: response.statusCode, text: response.text };
		},
	};
}

const savedData = z.record(z.string(), z.object({ endedJobs: z.record(z.string(), z.unknown()) }));

class FakeResponse extends EventEmitter {
	statusCode = 200;
	text = '';

	status(code: number): this {
		this.statusCode = code;
		return this;
	}

	json(body: unknown): void {
		this.text = JSON.stringify(body);
	}
}

let nodes = 0;

function nodeOf(credentials: Credentials, parameters: INode['parameters']): INode {
	const chosen = Object.keys(credentials).map((type) => [type, { id: type, name: type }] as const);
	return {
		id: `trigger${String(nodes++)}`,
		name: 'Wan Avatar Trigger',
		type: 'n8n-nodes-wan-avatar.wanAvatarTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: { useMinioCredential: 'minioApi' in credentials, ...parameters },
		credentials: Object.fromEntries(chosen),
	};
}

function workflowOf(type: INodeType, node: INode, staticData: unknown): Workflow {
	const find = () => type;
	return new Workflow({
		id: 'workflow1',
		active: true,
		nodes: [node],
		connections: {},
		nodeTypes: { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) },
		staticData: z.custom<IDataObject>().parse(staticData),
	});
}

function additionalData(
	credentials: Credentials,
	httpRequest: object,
	httpResponse: object,
): IWorkflowExecuteAdditionalData {
	const url = 'http://127.0.0.1:5678';
	return z.custom<IWorkflowExecuteAdditionalData>().parse({
		httpRequest,
		httpResponse,
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getDecrypted: async (_data: unknown, _details: unknown, type: string) =>
				await Promise.resolve(credentials[type] ?? {}),
		},
		variables: {},
		restApiUrl: `${url}/rest`,
		instanceBaseUrl: url,
		webhookBaseUrl: `${url}/webhook`,
		webhookWaitingBaseUrl: `${url}/webhook-waiting`,
		formWaitingBaseUrl: `${url}/form-waiting`,
	});
}
