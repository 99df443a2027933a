import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { readExamples } from '../../../demo/n8n/seed';
import { MANUAL } from '../avatarWorkflow';
import {
	aPicture,
	aVideo,
	bringIn,
	callWebhook,
	linksIn,
	open,
	outputOf,
	sendForm,
} from '../callers';
import { startRig, until, type Rig } from '../rig';
import { endedJob, triggerAddress } from '../triggerCalls';

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

it('all examples can be imported, and carry no ids or secrets of an instance', () => {
	const examples = readExamples();
	expect(examples).toHaveLength(11);
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
		const workflow = await bringIn(rig, 'form-to-email.json');
		await rig.n8n.rest.activate(workflow);
		await sendForm(rig, 'visitor@example.org');
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

	it('rows of a schedule become posts in their order, with links that last', async () => {
		const workflow = await bringIn(rig, 'schedule-to-wordpress.json');
		const execution = await rig.ended(await rig.n8n.rest.run(workflow, 'Every Night'));

		expect(execution.error).toBeUndefined();
		expect(rig.blog.posts()).toMatchObject([
			{ title: 'Meet Anna', slug: 'avatar-anna', status: 'publish' },
			{ title: 'Meet Ben', slug: 'avatar-ben', status: 'publish' },
			{ title: 'Meet Cleo', slug: 'avatar-cleo', status: 'publish' },
		]);
		for (const [index, { content }] of rig.blog.posts().entries()) {
			const folder = `${rig.publicBaseUrl}/user-avatars/team/${['anna', 'ben', 'cleo'][index] ?? ''}`;
			expect(linksIn(content, 'src')).toEqual([`${folder}/idle.mp4`]);
			expect(linksIn(content, 'href')).toEqual([`${folder}/idle.mp4`]);
			expect(linksIn(content, 'poster')).toEqual([`${folder}/thumb.jpg`]);
			expect(await open(`${folder}/idle.mp4`)).toEqual(aVideo);
			expect(await open(`${folder}/thumb.jpg`)).toEqual(aPicture);
		}
	});

	it("a webhook answers when RunPod's callback has come, without polling", async () => {
		const workflow = await bringIn(rig, 'webhook-with-callback.json');
		await rig.n8n.rest.activate(workflow);

		const answer = await callWebhook(rig, 'one');

		const result = z.looseObject({ video_url: z.string() }).parse(answer);
		expect(result).toMatchObject({ status: 'COMPLETED', failure_reason: null });
		expect(await open(result.video_url)).toEqual(aVideo);
		expect(rig.standIn.queue.calls('status')).toHaveLength(1);
	});

	it('a loop of Wait and Get Status goes on after a crash of n8n', async () => {
		const workflow = await bringIn(rig, 'submit-wait-status.json');
		const id = await rig.n8n.rest.run(workflow, MANUAL);
		await until(async () => (await rig.n8n.rest.executionStatus(id)) === 'waiting');

		await rig.crash();
		const execution = await rig.ended(id);

		expect(execution).toMatchObject({ status: 'success', lastNodeExecuted: 'Video Is Ready' });
		const [item] = execution.runData['Video Is Ready']?.at(-1)?.data?.main[0] ?? [];
		expect(await open(String(item?.json.video_url))).toEqual(aVideo);
		expect(rig.standIn.queue.calls('run')).toHaveLength(1);
	});

	it('an execution that sleeps goes on after a crash of n8n, and the pair gives out each video once', async () => {
		const { queue } = rig.standIn;
		queue.setWorkers({ max: 0 });
		const workflow = await bringIn(rig, 'suspend-until-called-back.json');
		const id = await rig.n8n.rest.run(workflow, MANUAL);
		await until(async () => (await rig.n8n.rest.executionStatus(id)) === 'waiting');

		await rig.crash();
		queue.clearCalls();
		queue.setWorkers({ max: 3 });
		const execution = await rig.ended(id);

		expect(execution).toMatchObject({ status: 'success', lastNodeExecuted: 'Wait for Completion' });
		const items = execution.runData['Wait for Completion']?.at(-1)?.data?.main[0] ?? [];
		expect(items.map(({ json }) => json.avatar_id)).toEqual(['anna', 'ben']);
		for (const { json } of items) expect(await open(String(json.video_url))).toEqual(aVideo);
		expect(queue.calls('run')).toEqual([]);
	});

	it("RunPod's callback starts a workflow that mails a link, or what went wrong", async () => {
		const workflow = await bringIn(rig, 'job-end-to-email.json');
		await rig.n8n.rest.activate(workflow);
		const address = await triggerAddress(rig, workflow);
		const before = rig.mailbox.mails().length;
		const mails = () => rig.mailbox.mails().slice(before);

		const id = await endedJob(rig, address);
		await until(() => mails().length === 1);
		rig.standIn.queue.script({ kind: 'failed', error: 'CUDA out of memory', times: 1 });
		const failedId = await endedJob(rig, address);
		await until(() => mails().length === 2);

		const [ready, failed] = mails();
		expect(ready?.html).toContain(id);
		expect(await open(linksIn(ready?.html, 'href')[0])).toEqual(aVideo);
		expect(failed?.subject).toBe(`Avatar job without a video: ${failedId}`);
		expect(failed?.text).toContain('is FAILED: CUDA out of memory');
	});

	it('an endpoint is deployed, makes a video, and is taken down again', async () => {
		const { management } = rig.standIn;
		expect(management.contents().endpoints).toEqual([]);
		const workflow = await bringIn(rig, 'deploy-and-generate.json');

		const execution = await rig.ended(await rig.n8n.rest.run(workflow, MANUAL));

		expect(execution.error).toBeUndefined();
		const endpointId = outputOf(execution, 'Deploy')?.endpoint_id;
		expect(outputOf(execution, 'Generate')).toMatchObject({
			status: 'COMPLETED',
			endpoint_id: endpointId,
		});
		expect(await open(String(outputOf(execution, 'Generate')?.video_url))).toEqual(aVideo);
		expect(outputOf(execution, 'Delete')).toMatchObject({ deleted: true, endpoint_id: endpointId });
		expect(management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
	});

	it('a failed job becomes a message with its job id', async () => {
		const { queue, storage, bucket } = rig.standIn;
		await storage.putFile(bucket, 'input-avatars/portrait.png', 'README.md', 'image/png');
		const workflow = await bringIn(rig, 'failed-job-to-message.json');
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
