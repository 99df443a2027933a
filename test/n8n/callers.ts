import { openAsBlob } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Client } from 'minio';
import type { Execution, SavedWorkflow } from '../../demo/n8n/rest';
import {
	readExample,
	withCredentials,
	withPublicLinks,
	type ExampleWorkflow,
} from '../../demo/n8n/seed';
import type { Rig } from './rig';

const MEDIA = 'examples/media';

/** Imports an example and chooses credentials in it, as a person does. */
export async function bringIn(
	{ n8n, credentials, publicBaseUrl }: Pick<Rig, 'n8n' | 'credentials' | 'publicBaseUrl'>,
	file: string,
	change: (example: ExampleWorkflow) => ExampleWorkflow = (example) => example,
): Promise<SavedWorkflow> {
	const example = withCredentials(change(readExample(file)), credentials);
	return await n8n.rest.createWorkflow(withPublicLinks(example, publicBaseUrl));
}

/** Asks a webhook or a form; just after it is published it answers 404 for a moment. */
export async function call(
	{ entryUrl }: Pick<Rig, 'entryUrl'>,
	path: string,
	init: RequestInit,
): Promise<Response> {
	for (let tries = 0; tries < 300; tries++) {
		const signal = AbortSignal.timeout(60_000);
		const answer = await fetch(`${entryUrl()}${path}`, { ...init, signal });
		if (answer.status !== 404) return answer;
		await delay(100);
	}
	throw new Error(`${path} answers 404`);
}

/** Fills in and sends the form of *Form to email*. */
export async function sendForm(
	rig: Pick<Rig, 'entryUrl'>,
	email: string,
	portrait = `${MEDIA}/portrait.png`,
): Promise<void> {
	const form = new FormData();
	form.append('field-0', await openAsBlob(portrait, { type: 'image/png' }), 'me.png');
	const video = await openAsBlob(`${MEDIA}/driving-video.mp4`, { type: 'video/mp4' });
	form.append('field-1', video, 'moves.mp4');
	form.append('field-2', email);
	const answer = await call(rig, '/form/avatar-video-form', { method: 'POST', body: form });
	expect(answer.status).toBe(200);
}

/** Asks the webhook example for a video, with links to the sample files, and waits for its answer. */
export async function callWebhook(rig: Rig, avatarId: string): Promise<unknown> {
	const { bucket, ...server } = rig.standIn.address().minio;
	const client = new Client({ ...server, region: 'us-east-1' });
	const body = {
		user_id: 'caller',
		avatar_id: avatarId,
		portrait_url: await client.presignedGetObject(bucket, 'input-avatars/portrait.png'),
		driving_video_url: await client.presignedGetObject(bucket, 'sitting-woman/driving-video.mp4'),
	};
	return (await sendToWebhook(rig, body)).body;
}

/** What the webhook example answers to a body. */
export async function sendToWebhook(
	rig: Rig,
	body: object,
): Promise<{ status: number; body: unknown }> {
	const answer = await call(rig, '/webhook/avatar-video', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return { status: answer.status, body: await answer.json() };
}

/** What a link gives to somebody without any key. */
export async function open(
	link: string | undefined,
): Promise<{ type: string | null; start: string }> {
	const answer = await fetch(link ?? '');
	if (!answer.ok) throw new Error(`HTTP ${String(answer.status)} for ${String(link)}`);
	const bytes = new Uint8Array(await answer.arrayBuffer());
	const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
	return { type: answer.headers.get('content-type'), start };
}

export const aVideo = { type: 'video/mp4', start: expect.stringContaining('ftyp') };
export const aPicture = { type: 'image/jpeg', start: expect.stringContaining('JFIF') };

export function linksIn(html: string | undefined, attribute: 'href' | 'src' | 'poster'): string[] {
	const found = (html ?? '').matchAll(new RegExp(`${attribute}="(http[^"]+)"`, 'g'));
	return [...found].map(([, link]) => (link ?? '').replaceAll('&amp;', '&'));
}

/** The first item that a node gave in its last run. */
export function outputOf({ runData }: Execution, node: string) {
	return runData[node]?.at(-1)?.data?.main[0]?.[0]?.json;
}
