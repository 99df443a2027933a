import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OWNER, withCredentials } from '../../demo/n8n/seed';
import { startRig, type Rig } from '../n8n/rig';
import { startBrowser, type Browser } from './browser';
import { Editor } from './editor';
import { Pictures } from './pictures';
import { SEARCH_WORDS } from '../house/searchWords';

const NODE = 'Wan Avatar';
const RESOURCES = ['avatar', 'endpoint', 'job', 'template', 'video'];

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
		for (const words of SEARCH_WORDS) {
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

const given = (mode: string, value: string) => ({ __rl: true, mode, value });

const GENERATE = {
	useMinioCredential: true,
	portraitPath: given('path', 'input-avatars/portrait.png'),
	drivingVideoPath: given('path', 'sitting-woman/driving-video.mp4'),
	userId: 'user_123',
	avatarId: 'avatar_456',
};

describe('the panel of an error', () => {
	it.each<[string, Parameters, RegExp]>([
		['bad-names', { ...GENERATE, userId: 'user/123' }, /User ID \(user_id\) must not have a slash/],
		[
			'missing-portrait',
			{ ...GENERATE, portraitPath: given('path', 'input-avatars/nobody.png') },
			/there is no such file in bucket/,
		],
		[
			'unknown-endpoint',
			{ resource: 'endpoint', operation: 'get', endpoint: given('id', 'nowhere1') },
			/nowhere1/,
		],
		['wrong-file', { ...GENERATE, portraitPath: given('path', 'input-avatars/logo.png') }, /SVG/],
		[
			'missing-video',
			{ resource: 'video', operation: 'getLinks', videoKey: 'user-avatars/nobody/none/idle.mp4' },
			/nobody/,
		],
	])('%s', async (name, parameters, words) => {
		const { storage, bucket } = rig.standIn;
		const drawing = 'nodes/WanAvatar/wanAvatar.svg';
		await storage.putFile(bucket, 'input-avatars/logo.png', drawing, 'image/png');
		await openNode(parameters);
		await editor.executeStep();
		await editor.part('node-run-status-danger').waitFor();
		await editor.part('output-panel').filter({ hasText: words }).waitFor();
		// Opened anew, it shows nothing that is still moving.
		await editor.closeNode();
		await editor.openNode(NODE);
		await editor.part('node-run-status-danger').waitFor();
		await pictures.window(`error-${name}`);
		await editor.closeNode();
	});
});

describe('the test of a credential', () => {
	it('of RunPod', async () => {
		const { baseUrl, endpointId, apiKey } = rig.standIn.address().runpod;
		await openNode(GENERATE);
		await editor.newCredential('RunPod API');
		await editor.fillCredential('apiKey', 'rpa_mistyped');
		await editor.fillCredential('endpointId', endpointId);
		await editor.fillCredential('queueBaseUrl', baseUrl);
		await editor.saveWrongCredential();
		await pictures.window('credential-runpod-refused');
		await editor.fillCredential('apiKey', apiKey);
		await editor.saveRightCredential();
		await showCredential('RunPod API', 'credential-runpod');
	});

	it('of MinIO', async () => {
		const { endPoint, port, accessKey, secretKey, bucket } = rig.standIn.address().minio;
		await editor.newCredential('MinIO API');
		await editor.fillCredential('endpoint', `http://${endPoint}:${String(port)}`);
		await editor.fillCredential('accessKey', accessKey);
		await editor.fillCredential('secretKey', 'mistyped');
		await editor.fillCredential('bucket', bucket);
		await editor.saveWrongCredential();
		await pictures.window('credential-minio-refused');
		await editor.fillCredential('secretKey', secretKey);
		await editor.saveRightCredential();
		await showCredential('MinIO API', 'credential-minio');
		await editor.closeNode();
	});

	it('of a registry that cannot be asked', async () => {
		await openNode({ resource: 'endpoint', operation: 'plan', privateImage: true });
		await editor.firstCredential('Container Registry API');
		await editor.fillCredential('username', 'somebody');
		await editor.fillCredential('password', 'an-access-token');
		await editor.fillCredential('registry', '127.0.0.1:9');
		expect(await editor.saveWrongCredential()).toMatch(/Not tested/);
		await pictures.window('credential-registry');
	});
});

async function showCredential(label: string, picture: string): Promise<void> {
	await editor.openCredential(label);
	await editor.part('credentials-config-container-test-success').waitFor();
	await pictures.window(picture);
	await editor.closeCredential();
}
