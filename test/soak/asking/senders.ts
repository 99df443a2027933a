import { openAsBlob } from 'node:fs';
import * as z from 'zod/v4';
import { FORM_FIELDS, PATHS } from './flows';
import { videoKeyOf } from './keys';
import type { Manner } from '../seen/ledger';

/** One of the items of a request to n8n. */
export interface AskedItem {
	avatar_id: string;
	if_exists: 'regenerate' | 'return';
	anyway: boolean;
}

export function askedItem(avatarId: string, manner: Manner): AskedItem {
	return {
		avatar_id: avatarId,
		if_exists: manner === 'return it' ? 'return' : 'regenerate',
		anyway: manner === 'submit anyway',
	};
}

const MEDIA = 'examples/media';
const MAX_SEND_MS = 120_000;

/** Of one that broke off nobody knows whether n8n took it. */
export type Sent = 'taken' | 'refused' | 'unknown';

/** Fills in and sends the form. */
export async function sendForm(n8nUrl: string, item: AskedItem): Promise<Sent> {
	const form = new FormData();
	const values = [
		await openAsBlob(`${MEDIA}/portrait.png`, { type: 'image/png' }),
		await openAsBlob(`${MEDIA}/driving-video.mp4`, { type: 'video/mp4' }),
		item.avatar_id,
		item.if_exists,
		String(item.anyway),
	];
	for (const [index] of FORM_FIELDS.entries())
		form.append(`field-${String(index)}`, values[index] ?? '');
	return await send(`${n8nUrl}${PATHS.form}`, { method: 'POST', body: form });
}

export async function sendToWebhook(
	n8nUrl: string,
	flow: 'sleep' | 'trigger',
	requests: readonly AskedItem[],
): Promise<Sent> {
	return await sendJson(`${n8nUrl}${PATHS[flow]}`, { requests });
}

export async function askByJobId(
	n8nUrl: string,
	{ avatarId, jobId }: { avatarId: string; jobId: string },
): Promise<Sent> {
	const requests = [{ avatar_id: avatarId, job_id: jobId, video_key: videoKeyOf(avatarId) }];
	return await sendJson(`${n8nUrl}${PATHS.byJobId}`, { requests });
}

async function sendJson(url: string, body: unknown): Promise<Sent> {
	const headers = { 'content-type': 'application/json' };
	return await send(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** n8n may be down, or go down just now. */
async function send(url: string, init: RequestInit): Promise<Sent> {
	try {
		const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(MAX_SEND_MS) });
		await answer.arrayBuffer();
		return answer.ok ? 'taken' : 'refused';
	} catch (error) {
		return isRefused(error) ? 'refused' : 'unknown';
	}
}

const noConnection = z.object({ cause: z.object({ code: z.literal('ECONNREFUSED') }) });

function isRefused(error: unknown): boolean {
	return noConnection.safeParse(error).success;
}
