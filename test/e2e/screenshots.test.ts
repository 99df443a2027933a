import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OWNER, withCredentials } from '../../demo/n8n/seed';
import { startRig, type Rig } from '../n8n/rig';
import { startBrowser, type Browser } from './browser';
import { Editor } from './editor';
import { Pictures } from './pictures';

const NODE = 'Wan Avatar';
const RESOURCES = ['avatar', 'endpoint', 'job', 'template', 'video'];
const WORDS = [
	'ai video',
	'video generation',
	'portrait animation',
	'image to video',
	'avatar',
	'wan',
	'runpod',
];

let rig: Rig;
let browser: Browser;
let editor: Editor;
let pictures: Pictures;

beforeAll(async () => {
	rig = await startRig({ runMs: 500 });
	browser = await startBrowser();
	editor = new Editor(browser.page, rig.n8n.url);
	pictures = new Pictures(editor);
	await editor.signIn(OWNER);
});
afterAll(async () => {
	await browser.close();
	await rig.close();
});

type Parameters = Readonly<Record<string, unknown>>;

/** A workflow of a trigger and one node, with that node open. */
async function openNode(parameters: Parameters): Promise<void> {
	const trigger = { name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 };
	const node = { name: NODE, type: 'n8n-nodes-wan-avatar.wanAvatar', typeVersion: 1, parameters };
	const nodes = [
		{ ...trigger, id: 'start', position: [0, 0], parameters: {} },
		{ ...node, id: 'node', position: [240, 0] },
	];
	const connections = { Start: { main: [[{ node: NODE, type: 'main', index: 0 }]] } };
	const workflow = { name: JSON.stringify(parameters).slice(0, 60), nodes, connections };
	const { id } = await rig.n8n.rest.createWorkflow(withCredentials(workflow, rig.credentials));
	await editor.openWorkflow(id);
	await editor.openNode(NODE);
}

describe('the panel of nodes', () => {
	it('has the node for each thing that people type', async () => {
		await browser.page.goto(`${rig.n8n.url}/workflow/new`);
		await editor.part('canvas-add-button').click();
		await editor.part('node-creator-search-bar').waitFor();
		await editor.search('manual');
		await editor.part('item-iterator-item').first().click();
		await browser.page.getByTestId('canvas-handle-plus').first().click();
		await editor.part('node-creator-search-bar').waitFor();
		for (const words of WORDS) {
			expect({ words, found: await editor.search(words) }).toEqual({
				words,
				found: expect.arrayContaining([NODE]),
			});
			await pictures.part(`search-${words.replaceAll(' ', '-')}`, 'node-creator');
		}
	});
});

describe('the form', () => {
	it.each(RESOURCES)('of %s', async (resource) => {
		await openNode({ resource });
		await pictures.form(`form-${resource}`);
		await editor.addAllOptions();
		await pictures.form(`form-${resource}-options`);
		await editor.closeNode();
	});
});

const GENERATE = {
	useMinioCredential: true,
	portraitPath: { __rl: true, mode: 'path', value: 'input-avatars/portrait.png' },
	userId: 'user_123',
	avatarId: 'avatar_456',
};

describe('the panel of an error', () => {
	it.each([
		['missing-fields', { useMinioCredential: true }, /User ID/],
		[
			'missing-portrait',
			{
				...GENERATE,
				portraitPath: { __rl: true, mode: 'path', value: 'input-avatars/nobody.png' },
			},
			/nobody\.png/,
		],
		[
			'unknown-endpoint',
			{
				resource: 'endpoint',
				operation: 'get',
				endpointId: { __rl: true, mode: 'id', value: 'nowhere1' },
			},
			/nowhere1/,
		],
		[
			'unknown-job',
			{ resource: 'job', jobId: 'eaebd6e7-6a92-4bb8-a911-f996ac5ea99d-u1' },
			/eaebd6e7/,
		],
		[
			'missing-video',
			{ resource: 'video', operation: 'getLinks', videoKey: 'user-avatars/nobody/none/idle.mp4' },
			/nobody/,
		],
	])('%s', async (name, parameters, words) => {
		await openNode(parameters);
		await editor.executeStep();
		await editor.part('node-run-status-danger').waitFor();
		expect(await editor.part('output-panel').innerText()).toMatch(words);
		// Opened anew, it shows nothing that is still moving.
		await editor.closeNode();
		await editor.openNode(NODE);
		await editor.part('node-run-status-danger').waitFor();
		await pictures.window(`error-${name}`);
		await editor.closeNode();
	});
});
