import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import type { SavedWorkflow } from '../../../demo/n8n/rest';
import type { StandInOptions } from '../../../standin/standin';
import type { ExampleWorkflow } from '../../../demo/n8n/seed';
import { aVideo, bringIn, open, outputOf } from '../callers';
import { until, type Rig } from '../rig';
import { connectMcp } from './mcpClient';
import { startModelServer, type Asked, type Call, type ModelServer } from './modelServer';

/** With REAL_TIME set the job really takes its five minutes; else a tenth, still longer than a tool may take. */
const isRealTime = process.env.REAL_TIME !== undefined;
const FIVE_MINUTES = { runMs: 300_000, timeFactor: isRealTime ? 1 : 0.1 };
const TEST_TIMEOUT_MS = 600_000;
const TRIGGER = 'When chat message received';
/** What n8n gives a tool that it runs by itself. */
const TOOL_LIMIT_MS = 30_000;

const PATHS = {
	portrait_path: 'input-avatars/portrait.png',
	driving_video_path: 'sitting-woman/driving-video.mp4',
};
const generate = (avatar_id: string): Call => ({
	name: 'Generate',
	values: { avatar_id, ...PATHS },
});
const getStatus = (job_id: string, output_video_key = ''): Call => ({
	name: 'Get_Status',
	values: { job_id, output_video_key },
});

const answers = z.array(z.looseObject({ job_id: z.string().optional() }));

/** What the tools have said in this run of the agent, as the model reads it. */
function told({ messages }: Asked) {
	return messages
		.filter(({ role }) => role === 'tool')
		.flatMap(({ content }) => answers.parse(JSON.parse(content ?? '')));
}

type ExampleNode = ExampleWorkflow['nodes'][number];

/** Nodes by their names, each with what is other than in the example. */
const changed =
	(changes: Readonly<Record<string, Partial<ExampleNode>>>) =>
	(example: ExampleWorkflow): ExampleWorkflow => ({
		...example,
		nodes: example.nodes.map((node) => ({ ...node, ...changes[node.name] })),
	});

const fromAI = (name: string, type: string) => `={{ $fromAI('${name}', 'any', '${type}') }}`;

export type AgentRig = Pick<
	Rig,
	'n8n' | 'entryUrl' | 'standIn' | 'credentials' | 'publicBaseUrl' | 'ended' | 'close'
>;

export interface AgentTests<R extends AgentRig> {
	versions: readonly number[];
	start: (options: StandInOptions) => Promise<R>;
	/** What keeps a talk, in the place of the example's Simple Memory. */
	memory?: (rig: R) => Promise<Partial<ExampleNode>>;
	/** Whether the editor's panel of a tool hands on what is filled in there. */
	hasPanel: boolean;
}

/** Talks of agents with the tools, in the n8n that is started. */
export function testAgents<R extends AgentRig>({
	versions,
	start,
	memory,
	hasPanel,
}: AgentTests<R>): void {
	let rig: R;
	let model: ModelServer;

	beforeAll(async () => {
		rig = await start(FIVE_MINUTES);
		model = await startModelServer();
		const saved = await rig.n8n.rest.saveCredential(model.credential);
		rig.credentials = new Map([...rig.credentials, ['openAiApi', saved]]);
	});
	beforeEach(() => {
		rig.standIn.queue.clearCalls();
	});
	afterAll(async () => {
		await model.close();
		await rig.close();
	});

	const lastAsked = () => model.asked().at(-1) ?? { messages: [], tools: [] };
	const submits = () => rig.standIn.queue.calls('run').length;
	const isFinished = (jobId: string | undefined) =>
		rig.standIn.queue.jobs().find(({ id }) => id === jobId)?.status === 'COMPLETED';

	async function chat(workflow: SavedWorkflow, sessionId: string, chatInput: string) {
		const message = { action: 'sendMessage', sessionId, chatInput };
		const execution = await rig.ended(await rig.n8n.rest.send(workflow, TRIGGER, message));
		expect(execution.error).toBeUndefined();
		return String(outputOf(execution, 'AI Agent')?.output);
	}

	describe.each(versions)('the agent of version %s', (version) => {
		const avatar = `of-agent-${String(version * 10)}`;
		let workflow: SavedWorkflow;
		beforeAll(async () => {
			const changes = {
				'AI Agent': { typeVersion: version },
				Memory: (await memory?.(rig)) ?? {},
			};
			workflow = await bringIn(rig, 'ai-agent.json', changed(changes));
		});

		it(
			'tells the job of five minutes in time, pays the same call twice once, and later has the link',
			async () => {
				model.script([generate(avatar), generate(avatar)], (asked) => {
					const [first] = told(asked);
					return `It is job ${String(first?.job_id)}. Ask me in about 3 minutes.`;
				});
				const promise = await chat(workflow, avatar, 'Make a video of Anna.');

				const [one, two] = told(lastAsked());
				expect(one).toEqual({
					job_id: expect.any(String),
					status: 'IN_PROGRESS',
					progress: expect.anything(),
					output_video_key: `user-avatars/chat/${avatar}/idle.mp4`,
					next_step: expect.stringContaining('ask Get Status with this job_id'),
				});
				expect(two?.job_id).toBe(one?.job_id);
				expect(promise).toContain(one?.job_id);
				expect(submits()).toBe(1);

				await until(() => isFinished(one?.job_id), TEST_TIMEOUT_MS);
				model.script(
					// Of the first talk the model knows what was said, not what the tool said.
					({ messages }) => [getStatus(/job (\S+)\./.exec(JSON.stringify(messages))?.[1] ?? '')],
					(asked) => String(told(asked).at(-1)?.video_url),
				);
				const link = await chat(workflow, avatar, 'Is it ready?');

				expect(told(lastAsked()).at(-1)).toMatchObject({
					job_id: one?.job_id,
					status: 'COMPLETED',
					next_step: expect.stringContaining('give video_url to the user'),
				});
				expect(JSON.stringify(told(lastAsked()))).not.toContain('null');
				expect(await open(link)).toEqual(aVideo);
				expect(submits()).toBe(1);
			},
			TEST_TIMEOUT_MS,
		);

		it('is told what is wrong and what to do, whole', async () => {
			model.script([generate('anna/2')], (asked) => JSON.stringify(told(asked)));
			await chat(workflow, `${avatar}-wrong`, 'Make a video of Anna, the second.');

			expect(told(lastAsked())).toEqual([
				{
					error: expect.stringContaining('Avatar ID (avatar_id) must not have a slash'),
					details: expect.objectContaining({
						code: 'INVALID_INPUT',
						remedy: expect.stringContaining('Nothing was sent to RunPod'),
					}),
				},
			]);
			expect(submits()).toBe(0);
		});

		it('sees two tools with what each value means', () => {
			const tools = lastAsked().tools.map((tool) => tool.function);
			expect(tools.sort((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
				{
					name: 'Generate',
					description: expect.stringContaining('job_id and what to do next'),
					parameters: {
						properties: {
							avatar_id: {
								type: 'string',
								description: expect.stringContaining('Name of the avatar'),
							},
							portrait_path: { type: 'string' },
							driving_video_path: { type: 'string' },
						},
					},
				},
				{ name: 'Get_Status', parameters: { properties: { job_id: { type: 'string' } } } },
			]);
		});
	});

	if (hasPanel)
		it('the panel of a tool runs it too, and a model may fill every kind of field', async () => {
			const filled = {
				makeAgain: fromAI('make_again', 'boolean'),
				outputOptions: {
					checkOnly: fromAI('check_only', 'boolean'),
					outputName: fromAI('output_name', 'string'),
				},
				limits: { maxRunMinutes: fromAI('max_run_minutes', 'number') },
				workerOptions: { additionalWorkerInputs: fromAI('inputs', 'json') },
			};
			const workflow = await bringIn(rig, 'ai-agent.json', ({ nodes, ...whole }) => ({
				...whole,
				nodes: nodes.map((node) =>
					node.name === 'Generate'
						? { ...node, parameters: { ...node.parameters, ...filled } }
						: node,
				),
			}));
			const ask = async (output_name: string) => {
				const values = {
					...generate('panel').values,
					...{ make_again: false, check_only: true, max_run_minutes: 12, inputs: { seed: 7 } },
					output_name,
				};
				const id = await rig.n8n.rest.runTool(workflow, 'Generate', values);
				const execution = await rig.ended(id);
				expect(execution.error).toBeUndefined();
				return JSON.stringify(execution.runData.PartialExecutionToolExecutor);
			};

			const shown = await ask('stable');
			for (const words of ['input-avatars/portrait.png', 'seed', '720000', 'chat/panel/idle.mp4'])
				expect(shown).toContain(words);
			expect(await ask('sometimes')).toContain('Output Name must be New for Each Run');
			expect(submits()).toBe(0);
		});

	it('over MCP the same call twice is one job, in time', async () => {
		const path = 'avatars';
		const example = await bringIn(rig, 'ai-agent.json', (whole) => overMcp(whole, path));
		await rig.n8n.rest.activate(example);
		const client = await connectMcp(`${rig.entryUrl()}/mcp/${path}`);
		const call = async () => {
			const startMs = Date.now();
			const said = answers.parse(
				JSON.parse(await client.call('Generate', generate('of-mcp').values)),
			);
			expect(Date.now() - startMs).toBeLessThan(TOOL_LIMIT_MS);
			return said[0];
		};
		const one = await call();
		expect(one).toMatchObject({ status: 'IN_PROGRESS', next_step: expect.any(String) });
		const two = await call();
		const status = isRealTime ? 'IN_PROGRESS' : 'COMPLETED';
		expect(two).toMatchObject({ job_id: one?.job_id, status });
		expect(submits()).toBe(1);
	});
}

/** The tools of the example, offered by an MCP Server Trigger. */
function overMcp({ nodes, ...whole }: ExampleWorkflow, path: string): ExampleWorkflow {
	const trigger = {
		name: 'MCP Server Trigger',
		type: '@n8n/n8n-nodes-langchain.mcpTrigger',
		typeVersion: 2,
		position: [0, 0],
		webhookId: path,
		parameters: { path },
	};
	const tools = nodes.filter(({ type }) => type.endsWith('.wanAvatarTool'));
	const to = [[{ node: trigger.name, type: 'ai_tool', index: 0 }]];
	const connections = Object.fromEntries(tools.map(({ name }) => [name, { ai_tool: to }]));
	return { ...whole, nodes: [trigger, ...tools], connections };
}
