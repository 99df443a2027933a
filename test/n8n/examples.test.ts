import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openAsBlob } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'minio';
import * as z from 'zod/v4';
import type { SavedWorkflow } from '../../demo/n8n/rest';
import { readExample, readExamples, withCredentials } from '../../demo/n8n/seed';
import { startRig, until, type Rig } from './rig';

const MANUAL = "When clicking 'Execute workflow'";
const MEDIA = 'examples/media';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig();
});
beforeEach(() => {
	rig.standIn.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

async function bringIn(file: string): Promise<SavedWorkflow> {
	const example = withCredentials(readExample(file), rig.credentials);
	return await rig.n8n.rest.createWorkflow(example);
}

/** Asks a webhook or a form; just after it is published it answers 404 for a moment. */
async function call(path: string, init: RequestInit): Promise<Response> {
	for (let tries = 0; tries < 50; tries++) {
		const signal = AbortSignal.timeout(60_000);
		const answer = await fetch(`${rig.n8n.url}${path}`, { ...init, signal });
		if (answer.status !== 404) return answer;
		await delay(100);
	}
	throw new Error(`${path} answers 404`);
}

/** What a link gives to somebody without any key. */
async function open(link: string | undefined): Promise<{ type: string | null; start: string }> {
	const answer = await fetch(link ?? '');
	if (!answer.ok) throw new Error(`HTTP ${String(answer.status)} for ${String(link)}`);
	const bytes = new Uint8Array(await answer.arrayBuffer());
	const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
	return { type: answer.headers.get('content-type'), start };
}

const aVideo = { type: 'video/mp4', start: expect.stringContaining('ftyp') };
const aPicture = { type: 'image/jpeg', start: expect.stringContaining('JFIF') };

function linksIn(html: string | undefined, attribute: 'href' | 'src'): string[] {
	const found = (html ?? '').matchAll(new RegExp(`${attribute}="(http[^"]+)"`, 'g'));
	return [...found].map(([, link]) => (link ?? '').replaceAll('&amp;', '&'));
}

it('all examples can be imported, and carry no ids or secrets of an instance', () => {
	const examples = readExamples();
	expect(examples).toHaveLength(7);
	for (const example of examples) {
		expect(example).not.toHaveProperty('id');
		expect(example).not.toHaveProperty('meta');
		expect(example.nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
		for (const node of example.nodes) {
			expect(node).not.toHaveProperty('credentials');
			expect(node).not.toHaveProperty('webhookId');
		}
	}
});

describe('the examples in n8n', () => {
	it('a form with two files becomes an email with links that open and the thumbnail', async () => {
		const workflow = await bringIn('form-to-email.json');
		await rig.n8n.rest.activate(workflow);
		const form = new FormData();
		form.append(
			'field-0',
			await openAsBlob(`${MEDIA}/portrait.png`, { type: 'image/png' }),
			'me.png',
		);
		const video = await openAsBlob(`${MEDIA}/driving-video.mp4`, { type: 'video/mp4' });
		form.append('field-1', video, 'moves.mp4');
		form.append('field-2', 'visitor@example.org');

		const answer = await call('/form/avatar-video-form', { method: 'POST', body: form });

		expect(answer.status).toBe(200);
		await until(() => rig.mailbox.mails().length > 0);
		const [mail] = rig.mailbox.mails();
		expect(mail?.to).toMatchObject([{ address: 'visitor@example.org' }]);
		expect(mail?.subject).toBe('Your avatar video is ready');
		const [videoLink, pictureLink] = linksIn(mail?.html, 'href');
		expect(await open(videoLink)).toEqual(aVideo);
		expect(await open(pictureLink)).toEqual(aPicture);
		const seconds = Number(new URL(videoLink ?? '').searchParams.get('X-Amz-Expires'));
		expect(seconds).toBe(604_800);
		const until7Days = new Date(Date.now() + seconds * 1000);
		const shown = /The links open until (.*)\.<\/p>/.exec(mail?.html ?? '')?.[1] ?? '';
		expect(Math.abs(Date.parse(shown.replace(',', '')) - until7Days.getTime())).toBeLessThan(
			5 * 60_000,
		);
		expect(mail?.attachments).toMatchObject([
			{ mimeType: 'image/jpeg', disposition: 'inline', contentId: '<thumbnail>' },
		]);
	});

	it('rows of a schedule become posts in their order, with links that open', async () => {
		const workflow = await bringIn('schedule-to-wordpress.json');
		const execution = await rig.ended(await rig.n8n.rest.run(workflow, 'Every Night'));

		expect(execution.error).toBeUndefined();
		expect(rig.blog.posts()).toMatchObject([
			{ title: 'Meet Anna', slug: 'anna', status: 'publish' },
			{ title: 'Meet Ben', slug: 'ben', status: 'publish' },
			{ title: 'Meet Cleo', slug: 'cleo', status: 'publish' },
		]);
		for (const { slug, content } of rig.blog.posts()) {
			const [link] = linksIn(content, 'src');
			expect(link).toContain(`/user-avatars/team/${slug ?? ''}/idle.mp4`);
			expect(await open(link)).toEqual(aVideo);
			expect(await open(linksIn(content, 'href')[0])).toEqual(aVideo);
		}
	});

	it("a webhook answers when RunPod's callback has come, without polling", async () => {
		const workflow = await bringIn('webhook-with-callback.json');
		await rig.n8n.rest.activate(workflow);
		const { bucket, ...server } = rig.standIn.address().minio;
		const client = new Client({ ...server, region: 'us-east-1' });
		const body = {
			user_id: 'caller',
			avatar_id: 'one',
			portrait_url: await client.presignedGetObject(bucket, 'input-avatars/portrait.png'),
			driving_video_url: await client.presignedGetObject(bucket, 'sitting-woman/driving-video.mp4'),
		};

		const answer = await call('/webhook/avatar-video', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});

		const result = z.looseObject({ video_url: z.string() }).parse(await answer.json());
		expect(result).toMatchObject({ status: 'COMPLETED', failure_reason: null });
		expect(await open(result.video_url)).toEqual(aVideo);
		expect(rig.standIn.queue.calls('status')).toHaveLength(1);
	});

	it('a loop of Wait and Get Status goes on after a crash of n8n', async () => {
		const workflow = await bringIn('submit-wait-status.json');
		const id = await rig.n8n.rest.run(workflow, MANUAL);
		await until(async () => (await rig.n8n.rest.executionStatus(id)) === 'waiting');

		await rig.crash();
		const execution = await rig.ended(id);

		expect(execution).toMatchObject({ status: 'success', lastNodeExecuted: 'Video Is Ready' });
		const [item] = execution.runData['Video Is Ready']?.at(-1)?.data?.main[0] ?? [];
		expect(await open(String(item?.json.video_url))).toEqual(aVideo);
		expect(rig.standIn.queue.calls('run')).toHaveLength(1);
	});

	it('an endpoint is deployed, makes a video, and is taken down again', async () => {
		const { management } = rig.standIn;
		expect(management.contents().endpoints).toEqual([]);
		const workflow = await bringIn('deploy-and-generate.json');

		const execution = await rig.ended(await rig.n8n.rest.run(workflow, MANUAL));

		expect(execution.error).toBeUndefined();
		const outputOf = (node: string) => execution.runData[node]?.at(-1)?.data?.main[0]?.[0]?.json;
		const endpointId = outputOf('Deploy')?.endpoint_id;
		expect(outputOf('Generate')).toMatchObject({ status: 'COMPLETED', endpoint_id: endpointId });
		expect(await open(String(outputOf('Generate')?.video_url))).toEqual(aVideo);
		expect(outputOf('Delete')).toMatchObject({ deleted: true, endpoint_id: endpointId });
		expect(management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
	});

	it('a failed job becomes a message with its job id', async () => {
		const { queue, storage, bucket } = rig.standIn;
		await storage.putFile(bucket, 'input-avatars/portrait.png', 'README.md', 'image/png');
		const workflow = await bringIn('failed-job-to-message.json');
		const before = rig.mailbox.mails().length;

		const execution = await rig.ended(await rig.n8n.rest.run(workflow, MANUAL));

		expect(execution.error).toBeUndefined();
		expect(rig.mailbox.mails()).toHaveLength(before + 1);
		const mail = rig.mailbox.mails().at(-1);
		const jobId = queue.jobs().at(-1)?.id;
		expect(mail?.subject).toBe(`Avatar video failed: job ${String(jobId)}`);
		expect(mail?.text).toContain(`Job ${String(jobId)} failed on the worker`);
		expect(mail?.text).toMatch(/What to do: \w+/);
	});
});

it('n8n has nothing to say about the package in its log', () => {
	const lines = rig.n8n.log().split('\n');
	expect(lines.length).toBeGreaterThan(5);
	expect(lines.filter((line) => /wan.?avatar/i.test(line))).toEqual([]);
});
