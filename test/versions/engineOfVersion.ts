import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as n8nCore from 'n8n-core';
import type { INodeType, INodeTypes, IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import * as n8nWorkflow from 'n8n-workflow';
import * as z from 'zod/v4';
import { order, type Order, type Report } from './order';

type AnyFunction = (...given: unknown[]) => unknown;
type AnyClass = new (...given: unknown[]) => object;

const isFunction = (value: unknown) => typeof value === 'function';
const anyFunction = z.custom<AnyFunction>(isFunction);
const anyClass = z.custom<AnyClass>(isFunction);

/** What one version has and another has not. */
const parts = z
	.object({
		BinaryDataConfig: anyClass.optional(),
		ExecutionLifecycleHooks: anyClass.optional(),
		WorkflowHooks: anyClass.optional(),
		LoadOptionsContext: anyClass.optional(),
		getLoadOptionsFunctions: anyFunction.optional(),
	})
	.parse({ ...n8nCore, ...n8nWorkflow });

const requireAt = createRequire(__filename);

/** The container of n8n's services: its own, or before n8n 1.73 that of a library. */
function container(): { get: (service: unknown) => object } {
	const isThere = (name: string) => {
		try {
			return requireAt.resolve(name) !== '';
		} catch {
			return false;
		}
	};
	const found: unknown = requireAt(isThere('@n8n/di') ? '@n8n/di' : 'typedi');
	const isContainer = (value: unknown) => isFunction(Reflect.get(Object(value), 'get'));
	const shape = z.object({ Container: z.custom<ReturnType<typeof container>>(isContainer) });
	return shape.parse(found).Container;
}

async function prepareBinaries(): Promise<void> {
	const services = container();
	const service = z.object({ init: anyFunction }).parse(services.get(n8nCore.BinaryDataService));
	const localStoragePath = join(process.env.N8N_USER_FOLDER ?? '', 'binaries');
	const config = { mode: 'filesystem', availableModes: ['filesystem'], localStoragePath };
	if (parts.BinaryDataConfig) Object.assign(services.get(parts.BinaryDataConfig), config);
	await Reflect.apply(service.init, services.get(n8nCore.BinaryDataService), [config]);
}

async function load(Loader: typeof n8nCore.PackageDirectoryLoader, folder: string) {
	const loader = new Loader(folder);
	await loader.loadAll();
	return loader;
}

type Loader = Awaited<ReturnType<typeof load>>;

/** n8n-nodes-base is not installed here: a trigger that gives the items of its parameter. */
const start: INodeType = {
	description: {
		displayName: 'Start',
		name: 'manualTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Starts a workflow',
		defaults: {},
		inputs: [],
		outputs: ['main'],
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: '[{}]' }],
	},
	async execute() {
		const text = z.string().parse(this.getNodeParameter('items', 0));
		const items = z.array(z.record(z.string(), z.json())).parse(JSON.parse(text));
		return await Promise.resolve([items.map((json) => ({ json }))]);
	},
};

function nodeTypesOf(loader: Loader): INodeTypes {
	const find = (type: string) =>
		type.endsWith('.manualTrigger') ? start : wanAvatarOf(loader, type.replace(/^.*\./, ''));
	return { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
}

function wanAvatarOf(loader: Loader, name = 'wanAvatar'): INodeType {
	const { type } = loader.getNode(name);
	if ('nodeVersions' in type) throw new Error(`${name} has several versions`);
	return type;
}

function additionalData({ credentials }: Order): IWorkflowExecuteAdditionalData {
	const url = 'http://127.0.0.1:5678';
	const now = new Date();
	const dates = { createdAt: now, updatedAt: now };
	const workflow = { id: '1', name: '', active: false, nodes: [], connections: {}, ...dates };
	const { ExecutionLifecycleHooks, WorkflowHooks } = parts;
	const hooks = ExecutionLifecycleHooks
		? new ExecutionLifecycleHooks('manual', '1', workflow)
		: WorkflowHooks && new WorkflowHooks({}, 'manual', '1', workflow);
	const isData = (value: unknown) => typeof value === 'object';
	return z.custom<IWorkflowExecuteAdditionalData>(isData).parse({
		hooks,
		executionId: '1',
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getDecrypted: async (_data: unknown, _details: unknown, type: string) =>
				await Promise.resolve(credentials[type] ?? {}),
		},
		variables: {},
		currentNodeExecutionIndex: 0,
		restApiUrl: `${url}/rest`,
		instanceBaseUrl: url,
		webhookBaseUrl: `${url}/webhook`,
		webhookWaitingBaseUrl: `${url}/webhook-waiting`,
		formWaitingBaseUrl: `${url}/form-waiting`,
	});
}

type WorkflowData = ConstructorParameters<typeof n8nWorkflow.Workflow>[0];

function workflowOf(file: Order['workflows'][number] | undefined, loader: Loader) {
	const isFile = (value: unknown) => typeof value === 'object' && value !== null;
	const data = z.custom<WorkflowData>(isFile).parse(file);
	return new n8nWorkflow.Workflow({
		...data,
		id: '1',
		active: false,
		nodeTypes: nodeTypesOf(loader),
	});
}

type Run = Awaited<ReturnType<n8nCore.WorkflowExecute['run']>>;

async function run(workflow: n8nWorkflow.Workflow, given: Order): Promise<Report['runs'][number]> {
	const execution = new n8nCore.WorkflowExecute(additionalData(given), 'manual');
	const run = anyFunction.parse(Reflect.get(execution, 'run'));
	// Until n8n 2 the workflow is the first of several arguments.
	const started = Reflect.apply(run, execution, [run.length > 1 ? workflow : { workflow }]);
	const { resultData } = (await z.custom<Promise<Run>>().parse(started)).data;
	const { error } = resultData;
	const items = resultData.runData['Wan Avatar']?.at(-1)?.data?.main?.[0] ?? [];
	return {
		error: error ? { name: error.name, message: error.message } : null,
		items: items.map(({ json }) => json),
	};
}

async function list(name: string, workflow: n8nWorkflow.Workflow, loader: Loader, given: Order) {
	const node = workflow.getNode('Wan Avatar');
	const { LoadOptionsContext, getLoadOptionsFunctions } = parts;
	// As n8n's editor does it: the form as it is shown at that moment.
	const data = { ...additionalData(given), currentNodeParameters: node?.parameters };
	const context = LoadOptionsContext
		? new LoadOptionsContext(workflow, node, data, '')
		: getLoadOptionsFunctions?.(workflow, node, '', data);
	const search = anyFunction.parse(wanAvatarOf(loader).methods?.listSearch?.[name]);
	const results = z.array(z.looseObject({ value: z.unknown() }));
	return z.object({ results }).parse(await Reflect.apply(search, context, ['']));
}

function versionOf(name: string): string {
	const manifest: unknown = requireAt(`${name}/package.json`);
	return z.object({ version: z.string() }).parse(manifest).version;
}

async function main(): Promise<void> {
	const given = order.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
	await prepareBinaries();
	const loader = await load(n8nCore.LazyPackageDirectoryLoader, given.folder);
	const eager = await load(n8nCore.PackageDirectoryLoader, given.folder);
	const namesOf = ({ types }: Loader) => types.nodes.map(({ name }) => name);
	// Read now: what is loaded later is listed a second time.
	const nodeTypes = { lazy: namesOf(loader), eager: namesOf(eager) };
	const workflows = given.workflows.map((file) => workflowOf(file, loader));
	const runs: Report['runs'] = [];
	for (const workflow of workflows) runs.push(await run(workflow, given));
	const [workflow] = workflows;
	if (!workflow) throw new Error('No workflow is given');
	const lists: Report['lists'] = [];
	for (const name of given.lists) lists.push(await list(name, workflow, loader, given));
	const done: Report = {
		versions: {
			core: versionOf('n8n-core'),
			workflow: versionOf('n8n-workflow'),
			node: process.versions.node,
		},
		nodeTypes,
		runs,
		lists,
	};
	console.log(JSON.stringify(done));
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
