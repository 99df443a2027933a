import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { playFaults } from '../../../demo/n8n/playedFaults';
import type { SavedWorkflow } from '../../../demo/n8n/rest';
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
	sendToWebhook,
} from '../callers';
import { startRig, until, type Rig } from '../rig';
import { withTwoItemsAndShortWaits } from './twoItems';

const OUT_OF_MEMORY = 'CUDA out of memory in /opt/worker/wan.py with key rpa_of_the_worker';

let rig: Rig;
let mailsBefore: number;

beforeAll(async () => {
	rig = await startRig();
});
beforeEach(() => {
	startOver();
});
afterAll(async () => {
	await rig.close();
});

function startOver(): void {
	rig.standIn.queue.clearCalls();
	rig.standIn.storage.clearFaults();
	mailsBefore = rig.mailbox.mails().length;
}

const submits = () => rig.standIn.queue.calls('run').length;
const newMails = () => rig.mailbox.mails().slice(mailsBefore);

/** The worker cannot store thumbnails of these keys, and makes the videos all the same. */
function makeNoThumbnail(key: RegExp): void {
	rig.standIn.storage.fault({ method: 'PUT', key, status: 403, times: Infinity });
}

function failNextJob(avatarId?: string): void {
	rig.standIn.queue.script({
		kind: 'failed',
		times: 1,
		error: { error_type: 'RuntimeError', error_message: OUT_OF_MEMORY },
		when: ({ avatar_id }) => avatarId === undefined || avatar_id === avatarId,
	});
}

describe('Form to email', () => {
	beforeAll(async () => {
		await rig.n8n.rest.activate(await bringIn(rig, 'form-to-email.json'));
	});

	async function mailAfter(send: () => Promise<void>) {
		await send();
		await until(() => newMails().length > 0);
		const [mail, ...more] = newMails();
		expect(more).toEqual([]);
		return mail;
	}

	it.each([
		[
			'was not made',
			() => {
				makeNoThumbnail(/^user-avatars\/form\/.*\.jpg$/);
			},
		],
		[
			'cannot be fetched',
			() => {
				const key = /^user-avatars\/form\/.*\.jpg$/;
				rig.standIn.storage.fault({ method: 'GET', key, status: 404, times: Infinity });
			},
		],
	])('mails the video where the thumbnail %s', async (_what, prepare) => {
		prepare();
		const mail = await mailAfter(async () => {
			await sendForm(rig, 'visitor@example.org');
		});

		expect(mail?.recipients).toEqual(['visitor@example.org']);
		expect(mail?.subject).toBe('Your avatar video is ready');
		const links = linksIn(mail?.html, 'href');
		expect(links).toHaveLength(1);
		expect(await open(links[0])).toEqual(aVideo);
		expect(mail?.html).not.toMatch(/<img|undefined|null/);
		expect(mail?.html).toContain('The links open until');
		expect(mail?.attachments).toEqual([]);
		expect(submits()).toBe(1);
	});

	it('tells the visitor in plain words that the job failed, and operations which one', async () => {
		failNextJob();
		const mail = await mailAfter(async () => {
			await sendForm(rig, 'unlucky@example.org');
		});

		expect(mail?.recipients).toEqual(['unlucky@example.org', 'operations@example.com']);
		expect(mail?.subject).toBe('Your avatar video could not be made');
		expect(mail?.text).toContain('Please send the form again.');
		expect(mail?.text).toContain(`Reference: job ${String(rig.standIn.queue.jobs().at(-1)?.id)}`);
		expect(mail?.text).not.toMatch(/CUDA|rpa_|[{}[\]]|undefined|null/);
		expect(submits()).toBe(1);
	});

	it('promises no video to which there is no link', async () => {
		const key = /^user-avatars\/form\/.*\.mp4$/;
		for (const method of ['HEAD', 'GET'] as const)
			rig.standIn.storage.fault({
				method,
				key,
				status: 403,
				code: 'AccessDenied',
				times: Infinity,
			});
		const output = { minio_key: 'user-avatars/form/hidden/idle.mp4' };
		rig.standIn.queue.script({ kind: 'output', output, times: 1 });
		const mail = await mailAfter(async () => {
			await sendForm(rig, 'patient@example.org');
		});

		expect(mail?.recipients).toEqual(['patient@example.org', 'operations@example.com']);
		expect(mail?.subject).toBe('Your avatar video is not ready to be sent');
		expect(mail?.text).toContain('There is no need to send the form again.');
		expect(mail?.text).toContain(`Reference: job ${String(rig.standIn.queue.jobs().at(-1)?.id)}`);
		expect(mail?.text).not.toMatch(/[{}[\]]|undefined|null/);
		expect(submits()).toBe(1);
	});

	it('tells the visitor that a file cannot be used, and pays for nothing', async () => {
		const mail = await mailAfter(async () => {
			await sendForm(rig, 'writer@example.org', 'README.md');
		});

		expect(mail?.recipients).toEqual(['writer@example.org', 'operations@example.com']);
		expect(mail?.text).toContain('the portrait must be a PNG, JPEG or WebP picture');
		expect(mail?.text).toMatch(/Reference: execution \d+/);
		expect(submits()).toBe(0);
	});
});

describe('Schedule to WordPress', () => {
	it('sends nothing as long as Public Base URL is blank, and says so', async () => {
		const workflow = await bringIn({ ...rig, publicBaseUrl: '' }, 'schedule-to-wordpress.json');
		await rig.ended(await rig.n8n.rest.run(workflow, 'Every Night'));

		expect(submits()).toBe(0);
		expect(rig.blog.posts()).toEqual([]);
		expect(newMails()).toHaveLength(3);
		for (const { text } of newMails()) expect(text).toMatch(/^Public Base URL must be an address/);
	});

	it('makes up for what failed, and neither pays nor posts twice for the same rows', async () => {
		const workflow = await bringIn(rig, 'schedule-to-wordpress.json');
		const titles = () => rig.blog.posts().map(({ title }) => title);
		const night = async (prepare: () => void = () => undefined) => {
			startOver();
			prepare();
			const execution = await rig.ended(await rig.n8n.rest.run(workflow, 'Every Night'));
			expect(execution.error).toBeUndefined();
		};

		await night(() => {
			failNextJob('ben');
			makeNoThumbnail(/^user-avatars\/team\/cleo\/.*\.jpg$/);
		});
		expect(submits()).toBe(3);
		expect(titles()).toEqual(['Meet Anna', 'Meet Cleo']);
		expect(newMails()).toMatchObject([
			{
				recipients: ['editors@example.com'],
				subject: 'No post for Meet Ben',
				text: expect.stringMatching(
					/^Job \S+ failed on the worker[^]*What to do: \w[^]*Row: ben\n/,
				),
			},
		]);
		const [anna, cleo] = rig.blog.posts();
		expect(await open(linksIn(anna?.content, 'poster')[0])).toEqual(aPicture);
		expect(cleo?.content).not.toMatch(/poster|undefined|null/);
		expect(await open(linksIn(cleo?.content, 'src')[0])).toEqual(aVideo);

		await night(rig.blog.refuseNext);
		expect(submits()).toBe(1);
		expect(titles()).toEqual(['Meet Anna', 'Meet Cleo']);
		expect(newMails()).toMatchObject([
			{
				subject: 'No post for a row',
				text: expect.stringMatching(
					/^Service unavailable[^]*See the error output of Publish Post in execution \d/,
				),
			},
		]);

		await night();
		expect(submits()).toBe(0);
		expect(titles()).toEqual(['Meet Anna', 'Meet Cleo', 'Meet Ben']);
		expect(newMails()).toEqual([]);

		await night();
		expect(submits()).toBe(0);
		expect(titles()).toHaveLength(3);
		expect(newMails()).toEqual([]);
	});
});

describe('A failed job becomes a message', () => {
	let workflow: SavedWorkflow;

	beforeAll(async () => {
		workflow = await bringIn(rig, 'failed-job-to-message.json');
	});
	const run = async () => {
		const execution = await rig.ended(await rig.n8n.rest.run(workflow, MANUAL));
		expect(execution.error).toBeUndefined();
		return execution;
	};

	it('each time it fails, with the job of that time', async () => {
		failNextJob();
		failNextJob();
		await run();
		await run();

		expect(submits()).toBe(2);
		const ids = rig.standIn.queue
			.jobs()
			.slice(-2)
			.map(({ id }) => id);
		expect(newMails()).toMatchObject(
			ids.map((id) => ({
				subject: `Avatar video failed: job ${id}`,
				text: expect.stringMatching(/What to do: \w[^]*User: user_123\nAvatar: avatar_456/),
			})),
		);
	});

	it('but not where only the thumbnail is missing', async () => {
		makeNoThumbnail(/thumb\.jpg$/);
		const execution = await run();

		expect(newMails()).toEqual([]);
		const item = outputOf(execution, 'Video Is Ready');
		expect(item).toMatchObject({ status: 'COMPLETED', thumbnail_url: null });
		expect(await open(String(item?.video_url))).toEqual(aVideo);
	});

	it('also when no job was started', async () => {
		const key = 'input-avatars/portrait.png';
		rig.standIn.storage.fault({ method: 'HEAD', key, status: 404, times: Infinity });
		await run();

		expect(submits()).toBe(0);
		expect(newMails()).toMatchObject([{ subject: 'Avatar video failed: job was not started' }]);
	});
});

describe('the other examples', () => {
	beforeAll(async () => {
		await rig.n8n.rest.activate(await bringIn(rig, 'webhook-with-callback.json'));
	});

	it('a webhook answers without a thumbnail, and without a video says why', async () => {
		playFaults(rig.standIn);
		expect(await callWebhook(rig, 'no-thumbnail')).toMatchObject({
			status: 'COMPLETED',
			video_url: expect.stringMatching(/^http/),
			thumbnail_url: null,
			failure_reason: null,
		});

		expect(await callWebhook(rig, 'fails')).toMatchObject({
			status: 'FAILED',
			video_url: null,
			failure_reason: expect.stringContaining('CUDA out of memory'),
		});
		expect(submits()).toBe(2);
	});

	it('the caller of a webhook is told which fields are missing, and nothing is sent', async () => {
		const whole = {
			user_id: 'caller',
			avatar_id: 'someone',
			portrait_url: 'https://example.com/portrait.png',
			driving_video_url: 'https://example.com/moves.mp4',
		};
		const refused = (missing_fields: string[]) => ({
			status: 400,
			body: { error: `Fields are missing: ${missing_fields.join(', ')}`, missing_fields },
		});
		const { avatar_id, portrait_url, ...some } = whole;
		expect(await sendToWebhook(rig, { ...whole, user_id: ' ' })).toEqual(refused(['user_id']));
		expect(await sendToWebhook(rig, some)).toEqual(refused(['avatar_id', 'portrait_url']));
		expect(await sendToWebhook(rig, {})).toEqual(refused(Object.keys(whole)));
		expect(submits()).toBe(0);
	});

	it('a loop of Wait and Get Status reports each of its items, whatever becomes of the others', async () => {
		const workflow = await bringIn(rig, 'submit-wait-status.json', withTwoItemsAndShortWaits);
		failNextJob('failing');
		makeNoThumbnail(/thumb\.jpg$/);
		const execution = await rig.ended(await rig.n8n.rest.run(workflow, MANUAL));

		expect(execution.error).toBeUndefined();
		const given = (node: string) =>
			execution.runData[node]?.flatMap(({ data }) => data?.main[0] ?? []).map(({ json }) => json);
		expect(given('Video Is Ready')).toMatchObject([
			{ video_url: expect.stringMatching(/^http/), thumbnail_url: null },
		]);
		expect(given('Report Failure')).toMatchObject([
			{
				status: 'FAILED',
				message: expect.stringMatching(/^Job \S+ has no video \(FAILED\): .*CUDA out of memory/),
			},
		]);
	});

	it('an endpoint that was deployed is taken down when its job fails', async () => {
		const { management, storage, bucket } = rig.standIn;
		const workflow = await bringIn(rig, 'deploy-and-generate.json');
		await storage.putFile(bucket, 'input-avatars/portrait.png', 'README.md', 'image/png');
		const execution = await rig.ended(await rig.n8n.rest.run(workflow, MANUAL));

		expect(execution.error?.message).toMatch(/^Job \S+ failed on the worker/);
		expect(outputOf(execution, 'Delete After Failure')).toMatchObject({ deleted: true });
		expect(management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
	});
});
