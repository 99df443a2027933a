import { parse as parseFlatted } from 'flatted';
import * as z from 'zod/v4';

/** n8n's own REST API, as its editor uses it, in the session of one user. */
export interface Rest {
	request: (method: string, path: string, body?: unknown) => Promise<unknown>;
	/** Makes the first user, or signs in where there is one already. */
	signIn: (owner: Owner) => Promise<void>;
	/** What it tells its editor of all node types, or of all credential types. */
	types: (kind: 'nodes' | 'credentials') => Promise<unknown>;
	credentials: () => Promise<Named[]>;
	/** Makes a credential, or overwrites the one of this name. */
	saveCredential: (credential: NewCredential) => Promise<Named>;
	testCredential: (id: string) => Promise<{ status: string; message: string }>;
	workflows: () => Promise<Named[]>;
	createWorkflow: (workflow: object) => Promise<SavedWorkflow>;
	/** Publishes a workflow, so that its form, webhook or schedule works. */
	activate: (workflow: SavedWorkflow) => Promise<void>;
	/** Runs a workflow as its Execute button does. */
	run: (workflow: SavedWorkflow, trigger: string) => Promise<string>;
	/** Runs a workflow as its chat does: what came in is an item of the trigger. */
	send: (workflow: SavedWorkflow, trigger: string, item: object) => Promise<string>;
	/** Runs one tool as the editor's panel of a tool does. */
	runTool: (workflow: SavedWorkflow, tool: string, values: object) => Promise<string>;
	dataTables: () => Promise<Named[]>;
	/** Makes a data table with its rows. */
	createDataTable: (table: NewDataTable) => Promise<Named>;
	insertRows: (tableId: string, rows: readonly object[]) => Promise<void>;
	/** Up to 250 rows of a data table, as n8n keeps them. */
	dataTableRows: (tableId: string) => Promise<Record<string, unknown>[]>;
	stop: (executionId: string) => Promise<void>;
	executions: (workflowId: string) => Promise<ExecutionState[]>;
	executionStatus: (id: string) => Promise<string>;
	/** What came of an execution that has ended. */
	execution: (id: string) => Promise<Execution>;
}

export interface Owner {
	email: string;
	firstName: string;
	lastName: string;
	password: string;
}

export interface NewCredential {
	name: string;
	type: string;
	data: Readonly<Record<string, unknown>>;
}

export interface NewDataTable {
	name: string;
	/** The type of each column by its name. */
	columns: Readonly<Record<string, 'string' | 'number'>>;
	rows: readonly object[];
}

const named = z.object({ id: z.string(), name: z.string() });
export type Named = z.infer<typeof named>;

const savedWorkflow = named.extend({ versionId: z.string() });
export type SavedWorkflow = z.infer<typeof savedWorkflow>;

const executionState = z.object({ id: z.string(), status: z.string() });
export type ExecutionState = z.infer<typeof executionState>;

const nodeError = z.object({ message: z.string(), description: z.string().nullish() });
/** n8n's panel of a tool gives the answer out as text. */
const answer = z.string().transform((text): Record<string, unknown> => ({ answer: text }));
const item = z.object({
	json: z.record(z.string(), z.unknown()).or(answer),
	binary: z.record(z.string(), z.unknown()).optional(),
});
const outputs = z.array(z.array(item).nullable()).default([]);
const nodeRun = z.object({
	error: nodeError.optional(),
	/** A tool's answers to an agent are in `ai_tool`; other parts of an agent have outputs of their own. */
	data: z.object({ main: outputs, ai_tool: outputs }).optional(),
});
const resultData = z.object({
	error: nodeError.optional(),
	lastNodeExecuted: z.string().optional(),
	runData: z.record(z.string(), z.array(nodeRun)),
});

/** What came of an execution: `runData` holds each node's runs, `error` what ended it. */
export type Execution = ExecutionState & z.infer<typeof resultData>;

export function createRest(url: string): Rest {
	let cookie = '';

	const request: Rest['request'] = async (method, path, body) => {
		const answer = await fetch(`${url}/rest${path}`, {
			method,
			headers: { cookie, 'content-type': 'application/json' },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
		const text = await answer.text();
		if (!answer.ok)
			throw new Error(`n8n answered ${String(answer.status)} to ${method} ${path}: ${text}`);
		return z.object({ data: z.unknown() }).parse(JSON.parse(text)).data;
	};
	const get = async (path: string) => await request('GET', path);
	const post = async (path: string, body: object) => await request('POST', path, body);
	const start = async ({ id }: SavedWorkflow, body: object) => {
		const started = await post(`/workflows/${id}/run`, body);
		return z.object({ executionId: z.string() }).parse(started).executionId;
	};
	let ownTables: string | undefined;
	/** Those of the signed-in user. */
	const tablesPath = async () => {
		const personal = z.object({ id: z.string() });
		ownTables ??= personal.parse(await get('/projects/personal')).id;
		return `/projects/${ownTables}/data-tables`;
	};
	const insertRows = async (tableId: string, rows: readonly object[]) => {
		await post(`${await tablesPath()}/${tableId}/insert`, { data: rows });
	};
	const credentials = async () => z.array(named).parse(await get('/credentials'));

	return {
		request,
		signIn: async ({ email, password, ...name }) => {
			const { userManagement } = loginState.parse(await get('/settings'));
			if (userManagement.showSetupOnFirstLoad)
				await post('/owner/setup', { email, password, ...name });
			else await post('/login', { emailOrLdapLoginId: email, password });
		},
		types: async (kind) => {
			const answer = await fetch(`${url}/types/${kind}.json`, { headers: { cookie } });
			if (!answer.ok) throw new Error(`n8n answered ${String(answer.status)} to ${kind}.json`);
			return await answer.json();
		},
		credentials,
		saveCredential: async (credential) => {
			const known = (await credentials()).find(({ name }) => name === credential.name);
			const saved = known
				? await request('PATCH', `/credentials/${known.id}`, credential)
				: await post('/credentials', credential);
			return named.parse(saved);
		},
		testCredential: async (id) => {
			const credential = z
				.looseObject({ id: z.string(), name: z.string(), type: z.string() })
				.parse(await get(`/credentials/${id}?includeData=true`));
			const verdict = await post('/credentials/test', { credentials: credential });
			return z.object({ status: z.string(), message: z.string() }).parse(verdict);
		},
		workflows: async () => z.array(named).parse(await get('/workflows')),
		createWorkflow: async (workflow) => savedWorkflow.parse(await post('/workflows', workflow)),
		activate: async ({ id, versionId }) => {
			await post(`/workflows/${id}/activate`, { versionId });
		},
		run: async (workflow, trigger) =>
			await start(workflow, { triggerToStartFrom: { name: trigger } }),
		send: async (workflow, trigger, item) => {
			const data = {
				...{
					startTime: Date.now(),
					executionTime: 0,
					executionIndex: 0,
					executionStatus: 'success',
				},
				data: { main: [[{ json: item }]] },
				source: [null],
			};
			return await start(workflow, { triggerToStartFrom: { name: trigger, data } });
		},
		runTool: async (workflow, tool, values) =>
			await start(workflow, {
				destinationNode: { nodeName: tool, mode: 'inclusive' },
				agentRequest: { query: { [tool]: values }, tool: { name: tool } },
				runData: {},
				startNodes: [],
			}),
		dataTables: async () => {
			const list = z.object({ data: z.array(named) });
			return list.parse(await get(`${await tablesPath()}?take=100`)).data;
		},
		createDataTable: async ({ name, columns, rows }) => {
			const typed = Object.entries(columns).map(([column, type]) => ({ name: column, type }));
			const made = named.parse(await post(await tablesPath(), { name, columns: typed }));
			await insertRows(made.id, rows);
			return made;
		},
		insertRows,
		dataTableRows: async (tableId) => {
			const list = z.object({ data: z.array(z.record(z.string(), z.unknown())) });
			const path = `${await tablesPath()}/${tableId}/rows?take=250&sortBy=id:asc`;
			return list.parse(await get(path)).data;
		},
		stop: async (id) => {
			await post(`/executions/${id}/stop`, {});
		},
		executions: async (workflowId) => {
			const filter = encodeURIComponent(JSON.stringify({ workflowId }));
			const list = z.object({ results: z.array(executionState) });
			return list.parse(await get(`/executions?filter=${filter}&limit=100`)).results;
		},
		executionStatus: async (id) => {
			// While n8n is busy with the execution, it may answer without one.
			const found = executionState.optional().parse(await get(`/executions/${id}`));
			return found?.status ?? 'unknown';
		},
		execution: async (id) => {
			const stored = executionState.extend({ data: z.string() });
			const { data, ...state } = stored.parse(await get(`/executions/${id}`));
			const whole: unknown = parseFlatted(data);
			return { ...state, ...z.object({ resultData }).parse(whole).resultData };
		},
	};
}

const loginState = z.object({
	userManagement: z.object({ showSetupOnFirstLoad: z.boolean() }),
});
