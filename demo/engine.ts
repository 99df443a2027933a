import 'reflect-metadata';
import {
	ExecutionLifecycleHooks,
	LazyPackageDirectoryLoader,
	PackageDirectoryLoader,
	WorkflowExecute,
} from 'n8n-core';
import type {
	ExecutionError,
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRunData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';
import * as z from 'zod/v4';
import type { WorkflowFile } from './workflowFile';

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

export interface EngineOptions {
	/** The folder of the built package. */
	folder: string;
	/** As at n8n's start (lazy), or as just after an install from the UI (eager). */
	loading: 'lazy' | 'eager';
	credentials: Credentials;
}

export interface EngineRun {
	error: ExecutionError | undefined;
	runData: IRunData;
	/** What left an output of a node in its last run. */
	items: (nodeName: string, output?: number) => INodeExecutionData[];
}

/** n8n's real workflow engine, without its server. */
export interface Engine {
	/** `signal` stops the execution as the Stop button does. */
	run: (workflow: WorkflowFile, signal?: AbortSignal) => Promise<EngineRun>;
	loader: PackageDirectoryLoader;
}

export async function startEngine({
	folder,
	loading,
	credentials,
}: EngineOptions): Promise<Engine> {
	const Loader = loading === 'lazy' ? LazyPackageDirectoryLoader : PackageDirectoryLoader;
	const loader = new Loader(folder);
	await loader.loadAll();
	const nodeTypes = nodeTypesOf(loader);
	return {
		loader,
		run: async (file, signal) => {
			const workflow = new Workflow({
				id: '1',
				active: false,
				nodeTypes,
				...prepared(file, credentials),
			});
			const execution = new WorkflowExecute(additionalDataOf(workflow, credentials), 'manual');
			const startNode = file.nodes.find(({ type }) => type.endsWith('Trigger'));
			const running = execution.run(startNode ? { workflow, startNode } : { workflow });
			signal?.addEventListener('abort', () => {
				running.cancel();
			});
			const { error, runData } = (await running).data.resultData;
			const items = (name: string, output = 0) => runData[name]?.at(-1)?.data?.main?.[output] ?? [];
			return { error, runData, items };
		},
	};
}

/** Sticky notes do not run, and an exported workflow names no credentials of an instance. */
function prepared(file: WorkflowFile, credentials: Credentials): WorkflowFile {
	const chosen = Object.keys(credentials).map((type) => [type, { id: type, name: type }] as const);
	const nodes = file.nodes
		.filter(({ type }) => !type.endsWith('.stickyNote'))
		.map((node) => ({ credentials: Object.fromEntries(chosen), ...node }));
	return { ...file, nodes };
}

function nodeTypesOf(loader: PackageDirectoryLoader): INodeTypes {
	const find = (type: string): INodeType => {
		if (type === manualTrigger.description.name) return manualTrigger;
		const node = loader.getNode(type.replace(/^.*\./, '')).type;
		if ('nodeVersions' in node) throw new Error(`${type} has several versions`);
		return node;
	};
	return { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
}

/** n8n-nodes-base is not installed here: a trigger that gives one item, or those of its `items` parameter. */
const manualTrigger: INodeType = {
	description: {
		displayName: 'Manual Trigger',
		name: 'n8n-nodes-base.manualTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Starts a workflow',
		defaults: {},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: '[{}]' }],
	},
	async execute() {
		const text = this.getNodeParameter('items', 0, '[{}]');
		const items = z.array(z.record(z.string(), z.json())).parse(JSON.parse(z.string().parse(text)));
		return Promise.resolve([this.helpers.returnJsonArray(items)]);
	},
};

function additionalDataOf({ id, name }: Workflow, credentials: Credentials) {
	const url = 'http://127.0.0.1:5678';
	const now = new Date();
	const workflowData = {
		id,
		name: name ?? '',
		active: false,
		isArchived: false,
		createdAt: now,
		updatedAt: now,
		nodes: [],
		connections: {},
		activeVersionId: null,
	};
	const data: Partial<IWorkflowExecuteAdditionalData> = {
		hooks: new ExecutionLifecycleHooks('manual', '1', workflowData),
		executionId: '1',
		credentialsHelper: fixedCredentials(credentials),
		variables: {},
		currentNodeExecutionIndex: 0,
		// n8n answers "Invalid URL" at the first getNodeParameter when one of these is empty.
		restApiUrl: `${url}/rest`,
		instanceBaseUrl: url,
		webhookBaseUrl: `${url}/webhook`,
		webhookWaitingBaseUrl: `${url}/webhook-waiting`,
		formWaitingBaseUrl: `${url}/form-waiting`,
	};
	return data as IWorkflowExecuteAdditionalData;
}

function fixedCredentials(credentials: Credentials) {
	const helper: Partial<IWorkflowExecuteAdditionalData['credentialsHelper']> = {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getDecrypted: async (_data, _details, type) => Promise.resolve(credentials[type] ?? {}),
	};
	return helper as IWorkflowExecuteAdditionalData['credentialsHelper'];
}
