import 'reflect-metadata';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Container } from '@n8n/di';
import {
	BinaryDataConfig,
	BinaryDataService,
	ExecutionLifecycleHooks,
	LazyPackageDirectoryLoader,
	PackageDirectoryLoader,
	WorkflowExecute,
} from 'n8n-core';
import type {
	ExecutionError,
	ICredentialDataDecryptedObject,
	IBinaryKeyData,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRunData,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers, NodeOperationError, Workflow } from 'n8n-workflow';
import * as z from 'zod/v4';
import type { WorkflowFile } from './workflowFile';

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

export interface EngineOptions {
	/** The folder of the built package. */
	folder: string;
	/** Those of other packages whose nodes a workflow has. */
	otherFolders?: readonly string[];
	/** As at n8n's start (lazy), or as just after an install from the UI (eager). */
	loading: 'lazy' | 'eager';
	credentials: Credentials;
	/** Where files of items are: n8n's default is the filesystem, `default` is in the item itself, as base64. */
	binaryMode?: 'filesystem' | 'default';
}

export interface EngineRun {
	error: ExecutionError | undefined;
	runData: IRunData;
	/** The execution as n8n saves it, before it is written as text. */
	data: IRunExecutionData;
	/** What left an output of a node in its last run. */
	items: (nodeName: string, output?: number) => INodeExecutionData[];
}

export interface RunOptions {
	/** Stops the execution as the Stop button does. */
	signal?: AbortSignal | undefined;
	/** Two runs are one execution only by having the same. */
	executionId?: string | undefined;
}

/** n8n's real workflow engine, without its server. */
export interface Engine {
	run: (workflow: WorkflowFile, options?: RunOptions) => Promise<EngineRun>;
	loader: PackageDirectoryLoader;
}

export async function startEngine({
	folder,
	otherFolders = [],
	loading,
	credentials,
	binaryMode = 'filesystem',
}: EngineOptions): Promise<Engine> {
	Container.get(BinaryDataConfig).mode = binaryMode;
	await Container.get(BinaryDataService).init();
	const Loader = loading === 'lazy' ? LazyPackageDirectoryLoader : PackageDirectoryLoader;
	const loader = new Loader(folder);
	const loaders = [loader, ...otherFolders.map((other) => new Loader(other))];
	for (const one of loaders) await one.loadAll();
	const nodeTypes = nodeTypesOf(loaders);
	return {
		loader,
		run: async (file, { signal, executionId = '1' } = {}) => {
			const workflow = new Workflow({
				id: '1',
				active: false,
				nodeTypes,
				...prepared(file, credentials),
			});
			const execution = new WorkflowExecute(
				additionalDataOf(workflow, fixedCredentials(credentials, loaders), executionId),
				'manual',
			);
			const startNode = file.nodes.find(({ type }) => type.endsWith('Trigger'));
			const running = execution.run(startNode ? { workflow, startNode } : { workflow });
			const stop = () => {
				running.cancel();
			};
			if (signal?.aborted) stop();
			signal?.addEventListener('abort', stop);
			const { data } = await running;
			const { error, runData } = data.resultData;
			const items = (name: string, output = 0) => runData[name]?.at(-1)?.data?.main?.[output] ?? [];
			return { error, runData, data, items };
		},
	};
}

/** Sticky notes do not run, and an exported workflow names no credentials of an instance. */
function prepared(file: WorkflowFile, credentials: Credentials): WorkflowFile {
	const chosen = Object.keys(credentials).map((type) => [type, { id: type, name: type }] as const);
	const nodes = file.nodes
		.filter(({ type }) => !type.endsWith('.stickyNote'))
		.map((node) => ({
			credentials: Object.fromEntries(chosen),
			...node,
			parameters: withSwitches(node, Object.keys(node.credentials ?? credentials)),
		}));
	return { ...file, nodes };
}

/** Whoever chooses one of these credentials has turned on the switch that shows it. */
function withSwitches({ parameters }: INode, types: readonly string[]): INode['parameters'] {
	return {
		useMinioCredential: types.includes('minioApi'),
		privateImage: types.includes('containerRegistryApi'),
		...parameters,
	};
}

function nodeTypesOf(loaders: readonly PackageDirectoryLoader[]): INodeTypes {
	const find = (type: string, version?: number): INodeType => {
		const base = BASE_NODES.find(({ description }) => description.name === type);
		if (base) return base;
		const [packageName = '', name = ''] = type.split(/\.(?=[^.]*$)/);
		const loader = loaders.find((one) => one.packageName === packageName) ?? loaders[0];
		if (!loader) throw new Error(`No package has ${type}`);
		if (name.endsWith('Tool')) return asTool(find(type.replace(/Tool$/, '')));
		return NodeHelpers.getVersionedNodeType(loader.getNode(name).type, version);
	};
	return { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
}

/** The second node type that n8n makes of a node that is usable as a tool; an agent runs it as any other node. */
function asTool(node: INodeType): INodeType {
	const { name, ...description } = node.description;
	const tool: Pick<INodeType, 'description'> = {
		description: { ...description, name: `${name}Tool` },
	};
	return Object.assign(Object.create(node) as INodeType, tool);
}

/** What n8n keeps of a file in the item. */
const storedFile = z.object({
	id: z.string(),
	data: z.string(),
	mimeType: z.string(),
	fileName: z.string(),
	fileExtension: z.string().default(''),
	fileSize: z.string(),
	bytes: z.number(),
});

/**
 * n8n-nodes-base is not installed here: a trigger that gives one item, or those of its `items` parameter; each gets the
 * files of its `files` parameter, an object of paths by binary field, and those of `stored`, which n8n has already.
 */
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
		properties: [
			{ displayName: 'Items', name: 'items', type: 'json', default: '[{}]' },
			{ displayName: 'Files', name: 'files', type: 'json', default: '{}' },
			{ displayName: 'Stored', name: 'stored', type: 'json', default: '{}' },
		],
	},
	async execute() {
		const parameter = (name: string, fallback: string): unknown =>
			JSON.parse(z.string().parse(this.getNodeParameter(name, 0, fallback)));
		const items = z.array(z.record(z.string(), z.json())).parse(parameter('items', '[{}]'));
		const files = z.record(z.string(), z.string()).parse(parameter('files', '{}'));
		const stored = z.record(z.string(), storedFile).parse(parameter('stored', '{}'));
		const binaryOf = async (): Promise<IBinaryKeyData> => {
			const prepared: IBinaryKeyData = { ...stored };
			for (const [field, path] of Object.entries(files))
				prepared[field] = await this.helpers.prepareBinaryData(
					createReadStream(path),
					basename(path),
					'application/octet-stream',
				);
			return prepared;
		};
		// Stored once: all items have the same files.
		const names = Object.keys({ ...files, ...stored });
		const binary = names.length === 0 ? undefined : await binaryOf();
		const withFiles = (json: IDataObject): INodeExecutionData =>
			binary ? { json, binary: { ...binary } } : { json };
		return [items.map(withFiles)];
	},
};

/** The same of n8n's node that ends an execution with a message. */
const stopAndError: INodeType = {
	description: {
		displayName: 'Stop and Error',
		name: 'n8n-nodes-base.stopAndError',
		group: ['input'],
		version: 1,
		description: 'Ends the execution with an error',
		defaults: {},
		inputs: [NodeConnectionTypes.Main],
		outputs: [],
		properties: [
			{ displayName: 'Error Message', name: 'errorMessage', type: 'string', default: '' },
		],
	},
	async execute() {
		const message = z.string().parse(this.getNodeParameter('errorMessage', 0));
		throw await Promise.resolve(new NodeOperationError(this.getNode(), message));
	},
};

const BASE_NODES = [manualTrigger, stopAndError];

type CredentialsHelper = IWorkflowExecuteAdditionalData['credentialsHelper'];

function additionalDataOf(
	{ id, name }: Workflow,
	credentialsHelper: CredentialsHelper,
	executionId: string,
) {
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
		hooks: new ExecutionLifecycleHooks('manual', executionId, workflowData),
		executionId,
		credentialsHelper,
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

function fixedCredentials(
	credentials: Credentials,
	loaders: readonly PackageDirectoryLoader[],
): CredentialsHelper {
	const helper: Partial<CredentialsHelper> = {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getDecrypted: async (_data, _details, type) => Promise.resolve(credentials[type] ?? {}),
		preAuthentication: async () => Promise.resolve(undefined),
		authenticate: async (decrypted, type, options) => {
			const loader = loaders.find((one) => type in one.known.credentials);
			const authenticate = loader?.getCredential(type).type.authenticate;
			if (typeof authenticate !== 'function' || !('url' in options))
				throw new Error(`${type} signs no requests itself`);
			return await authenticate(decrypted, options);
		},
	};
	return helper as CredentialsHelper;
}
