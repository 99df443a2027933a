import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { OWNER, readExample, withCredentials, type ExampleWorkflow } from '../../demo/n8n/seed';
import { RUNPOD_CREDENTIAL } from '../../demo/n8n/services';
import { startRig, until, type Rig } from '../n8n/rig';
import { startBrowser, type Browser } from './browser';
import { Editor } from './editor';
import { Pictures, SIZE } from './pictures';
import { SEARCH_WORDS } from '../house/searchWords';

const ACTION = 'Generate an avatar video from a portrait';

let rig: Rig;
let browser: Browser;
let editor: Editor;
let pictures: Pictures;

beforeAll(async () => {
	rig = await startRig({ runMs: 500 });
	browser = await startBrowser();
	editor = new Editor(browser.page, rig.n8n.url);
	pictures = new Pictures(editor);
});
afterAll(async () => {
	await browser.close();
	await rig.close();
});

async function bringIn(
	file: string,
	change: Readonly<Record<string, unknown>> = {},
): Promise<void> {
	const example = readExample(file);
	const nodes = example.nodes.map((node) =>
		node.type.endsWith('.wanAvatar')
			? { ...node, parameters: { ...node.parameters, ...change } }
			: node,
	);
	await open({ ...example, nodes });
}

async function open(workflow: ExampleWorkflow): Promise<void> {
	const whole = withCredentials(workflow, rig.credentials);
	const { id } = await rig.n8n.rest.createWorkflow(whole);
	await editor.openWorkflow(id);
}

/** The width of a picture in its own pixels; 0 while it is not there. */
async function widthOf(image: Locator): Promise<number> {
	return await image.evaluate((element) => Number(Reflect.get(element, 'naturalWidth')));
}

describe('the node in the editor', () => {
	it('signs in', async () => {
		await editor.signIn(OWNER);
	});

	it('is found by what a person would look for', async () => {
		await browser.page.goto(`${rig.n8n.url}/workflow/new`);
		await editor.part('canvas-add-button').click();
		await editor.part('node-creator-search-bar').waitFor();
		expect((await editor.search('manual'))[0]).toBe('Manual Trigger');
		await editor.part('item-iterator-item').first().click();
		for (const words of SEARCH_WORDS)
			expect({ words, found: (await editor.search(words)).slice(0, 3) }).toEqual({
				words,
				found: expect.arrayContaining(['Wan Avatar']),
			});
	});

	it('shows its icon and what it can do', async () => {
		expect((await editor.search('wan avatar'))[0]).toBe('Wan Avatar');
		const icon = editor.part('item-iterator-item').locator('img').first();
		expect(await widthOf(icon)).toBeGreaterThan(0);
		await editor.part('item-iterator-item').first().click();
		await browser.page.getByText(ACTION).waitFor();
		const actions = await editor.listed('node-creator-item-name');
		expect(actions).toEqual(
			expect.arrayContaining([ACTION, 'Get the status or video of an avatar job']),
		);
		await browser.page.getByText(ACTION).first().click();
		await editor.part('ndv').waitFor();
		await pictures.form('form');
	});

	it('has the required credential already, though another was made later', async () => {
		expect(await editor.credentials()).toEqual([
			[expect.stringContaining('RunPod API'), RUNPOD_CREDENTIAL],
		]);
	});

	it('offers nothing that only errors', async () => {
		await editor.part('parameter-input-resource').click();
		const resources = await editor.listed('parameter-input-item');
		await browser.page.keyboard.press('Escape');
		expect(resources.map((text) => text.split('\n')[0])).toEqual([
			'Avatar',
			'Endpoint',
			'Job',
			'Template',
			'Video',
		]);
	});

	it('tests a RunPod credential in plain words', async () => {
		const { baseUrl, endpointId, apiKey } = rig.standIn.address().runpod;
		await editor.newCredential('RunPod API');
		await editor.fillCredential('apiKey', 'rpa_mistyped');
		await editor.fillCredential('endpointId', endpointId);
		await editor.fillCredential('queueBaseUrl', baseUrl);
		expect(await editor.saveWrongCredential()).toMatch(
			/RunPod does not accept the API key for endpoint .*Check API Key in the RunPod API credential/s,
		);
		await editor.fillCredential('apiKey', apiKey);
		await editor.saveRightCredential();
		expect(await editor.readCredential('RunPod API')).toMatch(/Connection tested successfully/);
	});

	it('tests a MinIO credential in plain words', async () => {
		const { endPoint, port, accessKey, secretKey, bucket } = rig.standIn.address().minio;
		await editor.turn('useMinioCredential');
		await editor.newCredential('MinIO API');
		await editor.fillCredential('endpoint', `http://${endPoint}:${String(port)}`);
		await editor.fillCredential('accessKey', accessKey);
		await editor.fillCredential('secretKey', 'mistyped');
		await editor.fillCredential('bucket', bucket);
		expect(await editor.saveWrongCredential()).toMatch(
			/The secret key does not fit the access key\. Check Secret Key/,
		);
		await editor.fillCredential('secretKey', secretKey);
		await editor.saveRightCredential();
		expect(await editor.readCredential('MinIO API')).toMatch(/Connection tested successfully/);
	});

	it('runs from its form, and shows what came out', async () => {
		await editor.fill('userId', 'user_123');
		await editor.fill('avatarId', 'avatar_456');
		await editor.fillLocator('portraitPath', 'input-avatars/portrait.png');
		await editor.fillLocator('drivingVideoPath', 'sitting-woman/driving-video.mp4');

		await editor.executeStep();

		await editor.part('node-run-status-success').waitFor();
		const output = editor.part('output-panel');
		await output.getByTestId('radio-button-schema').click();
		await output.getByText('job_id').first().waitFor();
		await output.getByText('thumbnail_url').first().waitFor();
		const schema = await output.innerText();
		for (const field of ['job_id', 'status', 'COMPLETED', 'video_url', 'thumbnail_url', 'fps'])
			expect(schema).toContain(field);
		await editor.closeNode();
		await browser.page.setViewportSize({ width: 1600, height: 1000 });
		await editor.openNode(ACTION);
		await output.getByText('thumbnail_url', { exact: true }).waitFor();
		await pictures.window('output');
		await browser.page.setViewportSize(SIZE);
		await editor.closeNode();
	});

	it('offers all its options', async () => {
		await editor.openNode(ACTION);
		const options = await editor.addAllOptions();
		expect(options).toEqual(
			expect.arrayContaining(['Check Only', 'Link Type', 'Timeout (Minutes)', 'Webhook URL']),
		);
		await pictures.form('form-all-options');
		await editor.closeNode();
	});
});

describe('a run in the editor', () => {
	it('leads to a picture that can be looked at', async () => {
		await bringIn('generate-avatar.json', { outputOptions: { downloadThumbnail: true } });
		await editor.executeWorkflow();
		await editor.executed('Wan Avatar');
		await editor.openNode('Wan Avatar');

		const output = editor.part('output-panel');
		await output.getByTestId('radio-button-binary').click();
		await output.getByText('View', { exact: true }).click();

		const preview = output.locator('img[src*="binary-data"]');
		await preview.waitFor();
		await until(async () => (await widthOf(preview)) > 0);
		await editor.closeNode();
	});

	it('takes a template from the list', async () => {
		const { storage, bucket, queue } = rig.standIn;
		for (const key of ['nodding/slow-nod.mp4', 'waving/both-hands.mp4', 'waving/one-hand.mp4'])
			await storage.putFile(bucket, key, 'examples/media/driving-video.mp4', 'video/mp4');
		await bringIn('generate-avatar.json', {
			drivingVideoPath: { __rl: true, mode: 'list', value: '' },
		});
		await editor.openNode('Wan Avatar');

		await editor.openPicker('drivingVideoPath');
		expect(await editor.offered()).toEqual([
			expect.stringContaining('nodding/slow-nod.mp4'),
			expect.stringContaining('sitting-woman/driving-video.mp4'),
			expect.stringContaining('waving/both-hands.mp4'),
			expect.stringContaining('waving/one-hand.mp4'),
		]);
		await pictures.window('picker');
		await editor.searchPicker('one-h');
		expect(await editor.offered()).toEqual([expect.stringContaining('waving/one-hand.mp4')]);
		await editor.choose('waving/one-hand.mp4');
		await editor.executeStep();

		await editor.part('node-run-status-success').waitFor();
		expect(queue.jobs().at(-1)?.input).toMatchObject({
			driving_video_path: 'waving/one-hand.mp4',
		});
		await editor.closeNode();
	});

	it('says why it failed', async () => {
		const { storage, bucket } = rig.standIn;
		await storage.putFile(bucket, 'input-avatars/letter.pdf', 'README.md', 'application/pdf');
		await bringIn('generate-avatar.json', {
			portraitPath: { __rl: true, mode: 'path', value: 'input-avatars/letter.pdf' },
		});
		await editor.openNode('Wan Avatar');

		await editor.executeStep();

		const failure = editor.part('output-panel');
		await failure
			.getByText(/failed on the worker/)
			.first()
			.waitFor();
		expect(await failure.innerText()).toMatch(/portrait is not an image/);
		// Opened anew, the form shows nothing that is still moving.
		await editor.closeNode();
		await editor.openNode('Wan Avatar');
		await failure
			.getByText(/failed on the worker/)
			.first()
			.waitFor();
		await pictures.window('failed-run');
		await editor.closeNode();
	});

	it('is cancelled on RunPod within 3 seconds when it is stopped', async () => {
		const { queue } = rig.standIn;
		queue.script({ kind: 'never', times: 1 });
		await bringIn('generate-avatar.json');
		await editor.executeWorkflow();
		await until(() => queue.jobs().at(-1)?.status === 'IN_PROGRESS');

		await editor.part('stop-execution-button').click();

		const stoppedAtMs = Date.now();
		await until(() => queue.jobs().at(-1)?.status === 'CANCELLED', 3000);
		expect(Date.now() - stoppedAtMs).toBeLessThan(3000);
	});
});
