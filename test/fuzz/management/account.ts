import { setTimeout as sleep } from 'node:timers/promises';
import { fromJson } from '../../../lib/base/data/json';
import { startManagementApi, type ManagementApi } from '../../../standin/management/managementApi';
import { startQueueApi, type QueueApi } from '../../../standin/queue/queueApi';
import type { Answered } from './documented';
import type { Habits } from './world';

export const API_KEY = 'rpa_hidden-key-of-the-account';
/** An answer that takes longer counts as none. */
const LATEST_MS = 10_000;

export interface AccountHabits extends Habits {
	pageSize: number | undefined;
	/** Requests a minute; without it as many as come. */
	quota: number | undefined;
}

/** The stand-in, with nothing in its account. */
export interface Account {
	management: ManagementApi;
	queue: QueueApi;
	send: (method: string, path: string, more?: Sending) => Promise<Answered>;
	close: () => Promise<void>;
}

interface Sending {
	text?: string | undefined;
	authorization?: string;
}

export async function openAccount({ quota, pageSize, ...habits }: AccountHabits): Promise<Account> {
	const handler = async () => Promise.resolve({});
	const queue = await startQueueApi({ apiKey: API_KEY, endpointId: 'other', handler });
	const management = await startManagementApi({
		apiKey: API_KEY,
		queue,
		handlerFor: () => handler,
		opensAfterMs: 0,
		quotas: quota !== undefined && { minute: quota, hour: 3000, day: 50_000 },
		...habits,
		...(pageSize === undefined ? {} : { pageSize }),
	});
	return {
		management,
		queue,
		send: async (method, path, more) => await send(management, method, path, more),
		close: async () => {
			await Promise.all([management.close(), queue.close()]);
		},
	};
}

async function send(
	{ baseUrl }: ManagementApi,
	method: string,
	path: string,
	{ text, authorization = `Bearer ${API_KEY}` }: Sending = {},
): Promise<Answered> {
	const cut = new AbortController();
	const url = `${baseUrl.replace(/\/v2$/, '')}${path}`;
	const late = sleep(LATEST_MS, undefined, { signal: cut.signal }).then(
		() => {
			cut.abort();
		},
		() => undefined,
	);
	try {
		const answer = await fetch(url, {
			method,
			headers: { authorization, 'content-type': 'application/json' },
			signal: cut.signal,
			...(text === undefined ? {} : { body: text }),
		});
		const isStream = answer.headers.get('content-type') === 'text/event-stream';
		const received = isStream ? '' : await answer.text();
		const { status, headers } = answer;
		return {
			status,
			headers,
			text: received,
			body: received === '' ? undefined : fromJson(received),
		};
	} finally {
		cut.abort();
		await late;
	}
}
