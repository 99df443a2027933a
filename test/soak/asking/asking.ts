import * as z from 'zod/v4';
import type { Executions } from '../seen/executions';
import type { Flow } from './flows';
import type { JobsSeen } from '../seen/jobsSeen';
import { videoKeyOf } from './keys';
import type { Ask, Ledger, Manner, Request } from '../seen/ledger';
import { isDue, mannerOf, type Known } from './nextAsk';
import type { Random } from '../chance/random';
import { askByJobId, askedItem, sendForm, sendToWebhook, type AskedItem } from './senders';
import type { World } from '../world';

export interface Asking {
	world: World;
	ledger: Ledger;
	jobs: JobsSeen;
	executions: Executions;
	random: Random;
}

/** Somebody wants videos: one by the form, or up to three in one call of a webhook. */
export function askNew(flow: Exclude<Flow, 'schedule'>, asking: Asking): void {
	const count = flow === 'form' ? 1 : asking.random.whole(1, 3);
	const requests = Array.from({ length: count }, () => asking.ledger.open(flow));
	send(flow, requests, 'as before', asking);
}

/** The items of a scheduled run: new ones, and those that an earlier run has not made. */
export async function nextBatch(
	executionId: string,
	asking: Asking,
	takesNew: boolean,
): Promise<AskedItem[]> {
	const { ledger, random, world } = asking;
	const due = dueOf(asking).filter(({ flow }) => flow === 'schedule');
	const again = await Promise.all(
		due.map(async (request) => ({ request, manner: await nextManner(request, asking) })),
	);
	const count = takesNew ? random.whole(3, 10) : 0;
	const fresh = Array.from({ length: count }, () => ({
		request: ledger.open('schedule'),
		manner: 'as before' as const,
	}));
	const nowMs = Date.now();
	return [...again, ...fresh].map(({ request, manner }) => {
		const begun = { executionId, beganAtMs: nowMs, sent: 'taken' as const };
		request.asks.push({ manner, sentAtMs: nowMs, life: world.life(), ...begun });
		return askedItem(request.id, manner);
	});
}

/** Asks again for what has come to nothing. Scheduled ones are asked for by the next run. */
export async function askAgain(asking: Asking): Promise<void> {
	for (const request of dueOf(asking)) {
		const { flow } = request;
		if (flow === 'schedule') continue;
		send(flow, [request], await nextManner(request, asking), asking);
	}
}

function dueOf(asking: Asking): Request[] {
	const { ledger, world, executions, jobs } = asking;
	const known: Omit<Known, 'jobs'> = {
		nowMs: Date.now(),
		life: world.life(),
		isUp: world.isUp(),
		overSinceMs: (executionId) => executions.overSinceMs(executionId),
	};
	return ledger
		.undelivered()
		.filter((request) => isDue(request, { ...known, jobs: jobs.ofAvatar(request.id) }));
}

async function nextManner(request: Request, { world, jobs }: Asking): Promise<Manner> {
	jobs.take(world.standIn.queue.jobs());
	const isGivenOut = await isNotedAsGivenOut(request.id, world);
	return mannerOf(request, { jobs: jobs.ofAvatar(request.id) }, isGivenOut);
}

const note = z.looseObject({ delivered: z.boolean() });

/** The node had given the video out, and n8n was ended before it went on. */
async function isNotedAsGivenOut(id: string, { standIn }: World): Promise<boolean> {
	const stored = await standIn.storage.read(standIn.bucket, `${videoKeyOf(id)}.job.json`);
	return stored !== undefined && note.parse(JSON.parse(stored.toString())).delivered;
}

/** Nobody waits for n8n's answer: it may be down. */
function send(
	flow: Exclude<Flow, 'schedule'>,
	requests: readonly Request[],
	manner: Manner,
	{ world }: Asking,
): void {
	const asks = requests.map((request) => {
		const submittedJobId = request.asks.at(-1)?.submittedJobId;
		const ask: Ask = { manner, sentAtMs: Date.now(), life: world.life() };
		request.asks.push(ask);
		return { request, ask, jobId: submittedJobId ?? '' };
	});
	const items = requests.map(({ id }) => askedItem(id, manner));
	const n8nUrl = world.n8n().url;
	const post = async () => {
		const [first] = asks;
		if (manner === 'by job ID' && first)
			return await askByJobId(n8nUrl, { avatarId: first.request.id, jobId: first.jobId });
		const [item] = items;
		if (flow === 'form') return item ? await sendForm(n8nUrl, item) : 'refused';
		return await sendToWebhook(n8nUrl, flow, items);
	};
	void post().then((sent) => {
		for (const { ask } of asks) ask.sent = sent;
	});
}
