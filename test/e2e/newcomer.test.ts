import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { OWNER } from '../../demo/n8n/seed';
import { startRig, until, type Rig } from '../n8n/rig';
import { startBrowser, type Browser } from './browser';
import { Editor } from './editor';
import { Pictures } from './pictures';

const MEDIA = resolve('examples/media');
const GENERATE = 'Generate an avatar video from a portrait';

let rig: Rig;
let browser: Browser;
let editor: Editor;
let pictures: Pictures;

beforeAll(async () => {
	rig = await startRig({ runMs: 500, isNew: true });
	browser = await startBrowser();
	editor = new Editor(browser.page, rig.n8n.url);
	pictures = new Pictures(editor);
});
afterAll(async () => {
	await browser.close();
	await rig.close();
});

/** By mouse and keyboard alone, and with what stands in the editor: no file is read, no address is known. */
describe('somebody who has just installed the package', () => {
	it('starts with a form that takes two files', async () => {
		await editor.signIn(OWNER);
		await browser.page.goto(`${rig.n8n.url}/workflow/new`);
		await editor.part('canvas-add-button').click();
		await editor.addNode('form', 'n8n Form', 'On new n8n Form event');

		await editor.fill('formTitle', 'Your avatar');
		await editor.addFormFile(0, 'Portrait');
		await editor.addFormFile(1, 'Driving Video');
		await editor.closeNode();
	});

	it('finds the node, and makes its credentials in it', async () => {
		await browser.page.getByTestId('canvas-handle-plus').first().click();
		await editor.addNode('image to video', 'Wan Avatar', GENERATE);

		const { runpod, minio } = rig.standIn.address();
		await editor.firstCredential('RunPod API');
		await editor.fillCredential('apiKey', runpod.apiKey);
		await editor.fillCredential('endpointId', runpod.endpointId);
		await editor.fillCredential('queueBaseUrl', runpod.baseUrl);
		await editor.saveRightCredential();
		await editor.turn('useMinioCredential');
		await editor.firstCredential('MinIO API');
		await editor.fillCredential('endpoint', `http://${minio.endPoint}:${String(minio.port)}`);
		await editor.fillCredential('accessKey', minio.accessKey);
		await editor.fillCredential('secretKey', minio.secretKey);
		await editor.fillCredential('bucket', minio.bucket);
		await editor.saveRightCredential();
	});

	it('makes a video of two uploads, and sees it in the output panel', async () => {
		await editor.pick('portraitSource', 'Binary File');
		await editor.pick('drivingVideoSource', 'Binary File');
		await editor.fill('userId', 'user_123');
		await editor.fill('avatarId', 'avatar_456');
		await editor.addOption('Output Options', 'Download Video');
		await editor.turn('downloadVideo');

		const page = await editor.opening(() => editor.executeStep());
		await submit(page);

		await editor.part('node-run-status-success').waitFor();
		await seeVideo();
		await editor.scrollToTop();
		await pictures.window('newcomer-uploads');
	});

	it('makes a video of a template from the list', async () => {
		await editor.pick('drivingVideoSource', 'MinIO');
		await editor.giveBy('drivingVideoPath', 'From List');
		await editor.openPicker('drivingVideoPath');
		await editor.choose('sitting-woman/driving-video.mp4');

		// The files of the form are there from the run before.
		await editor.executeStep();

		await until(() => rig.standIn.queue.jobs().length === 2);
		await editor.part('node-run-status-success').waitFor();
		await seeVideo();
		expect(rig.standIn.queue.jobs().at(-1)?.input).toMatchObject({
			driving_video_path: 'sitting-woman/driving-video.mp4',
		});
		await editor.closeNode();
	});
});

async function submit(page: Page): Promise<void> {
	await page.getByLabel('Portrait').setInputFiles(`${MEDIA}/portrait.png`);
	await page.getByLabel('Driving Video').setInputFiles(`${MEDIA}/driving-video.mp4`);
	await page.getByRole('button', { name: 'Submit' }).click();
	await browser.page.bringToFront();
}

/** Opens the video in the output panel, and waits until the browser has it. */
async function seeVideo(): Promise<void> {
	const output = editor.part('output-panel');
	await output.getByTestId('radio-button-binary').click();
	await output.getByText('View', { exact: true }).first().click();
	const video = output.locator('video');
	await video.waitFor();
	const source = await video.locator('source').first().getAttribute('src');
	expect(source).toContain('binary-data');
}
