import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startBlog, type Blog } from '../../demo/n8n/blog';
import { installN8n } from '../../demo/n8n/install';
import { startMailbox, type Mailbox } from '../../demo/n8n/mailbox';
import { startN8n, type N8n, type N8nOptions } from '../../demo/n8n/n8n';
import { installPackage } from '../../demo/n8n/package';
import type { Execution, NewCredential } from '../../demo/n8n/rest';
import { publishVideos } from '../../demo/n8n/publicBucket';
import { OWNER, saveCredentials, type CredentialsByType } from '../../demo/n8n/seed';
import { standInCredentials } from '../../demo/n8n/services';
import { seedExamples } from '../../standin/seedExamples';
import { startStandIn, type StandIn, type StandInOptions } from '../../standin/standin';

/** The whole n8n with the packed package in it, and all that its workflows speak to. */
export interface Rig {
	n8n: N8n;
	/** Where webhooks and forms are called. */
	entryUrl: () => string;
	standIn: StandIn;
	mailbox: Mailbox;
	blog: Blog;
	credentials: CredentialsByType;
	/** Where anyone may read the finished videos. */
	publicBaseUrl: string;
	/** Ends n8n as a crash does and starts it on the same data, after what happens while it is down. */
	crash: (whileDown?: () => Promise<void>) => Promise<void>;
	/** Ends n8n as a service manager does and starts it on the same data, at the same address. */
	restart: () => Promise<void>;
	/** Waits for the end of an execution. */
	ended: (executionId: string) => Promise<Execution>;
	close: () => Promise<void>;
}

export interface RigOptions extends StandInOptions {
	/** With no credentials saved, as somebody finds it who has just installed the package. */
	isNew?: boolean;
	/** More settings of n8n. */
	env?: Readonly<Record<string, string>>;
}

export type Closers = (() => Promise<void>)[];

/** Starts what consists of several; what has been started is ended when something else does not start. */
export async function startWhole<T>(
	start: (closers: Closers, close: () => Promise<void>) => Promise<T>,
): Promise<T> {
	const closers: Closers = [];
	const close = async () => {
		for (const closeOne of closers.splice(0).reverse()) await closeOne();
	};
	try {
		return await start(closers, close);
	} catch (error) {
		await close();
		throw error;
	}
}

export async function startRig({
	isNew = false,
	env = {},
	...options
}: RigOptions = {}): Promise<Rig> {
	return await startWhole<Rig>(async (closers, close) => {
		const surroundings = await surround(options, closers);
		const { n8nFolder, userFolder } = surroundings;
		const n8nOptions: N8nOptions = { n8nFolder, userFolder, env };
		let n8n = await startN8n(n8nOptions);
		closers.push(async () => {
			await n8n.close();
		});
		const startAgain = async () => {
			n8n = await startN8n({ ...n8nOptions, port: Number(new URL(n8n.url).port) });
			await n8n.rest.signIn(OWNER);
		};
		const credentials = await moveIn(n8n, isNew ? [] : surroundings.known);
		return {
			...surroundings,
			get n8n() {
				return n8n;
			},
			entryUrl: () => n8n.url,
			credentials,
			crash: async (whileDown) => {
				await n8n.kill();
				await whileDown?.();
				await startAgain();
			},
			restart: async () => {
				await n8n.close();
				await startAgain();
			},
			ended: async (executionId) => await endOf(n8n, executionId),
			close,
		};
	});
}

export interface Surroundings extends Pick<Rig, 'standIn' | 'mailbox' | 'blog' | 'publicBaseUrl'> {
	n8nFolder: string;
	/** With the packed package in it. */
	userFolder: string;
	/** The credentials of all of them. */
	known: NewCredential[];
}

/** All that n8n needs and its workflows speak to. */
export async function surround(options: StandInOptions, closers: Closers): Promise<Surroundings> {
	const n8nFolder = await installN8n({ say: console.log });
	const userFolder = await mkdtemp(join(tmpdir(), 'wan-avatar-n8n-'));
	closers.push(() => rm(userFolder, { recursive: true, force: true, maxRetries: 5 }));
	await installPackage(userFolder);
	const standIn = await startStandIn({ workersMax: 3, ...options });
	closers.push(standIn.close);
	await seedExamples(standIn);
	const mailbox = await startMailbox();
	closers.push(mailbox.close);
	const blog = await startBlog();
	closers.push(blog.close);
	const known = [...standInCredentials(standIn.address()), mailbox.credential, blog.credential];
	const publicBaseUrl = publishVideos(standIn);
	return { n8nFolder, userFolder, standIn, mailbox, blog, known, publicBaseUrl };
}

/** Makes the first user and saves the credentials. */
export async function moveIn(
	{ rest }: N8n,
	known: readonly NewCredential[],
): Promise<CredentialsByType> {
	await rest.signIn(OWNER);
	return await saveCredentials(rest, known);
}

export async function endOf({ rest }: N8n, executionId: string): Promise<Execution> {
	await until(async () => isOver(await rest.executionStatus(executionId)), 180_000);
	return await rest.execution(executionId);
}

function isOver(status: string): boolean {
	return !['new', 'running', 'waiting', 'unknown'].includes(status);
}

/** @throws Error when it is not true in time */
export async function until(
	isTrue: () => boolean | Promise<boolean>,
	timeoutMs = 30_000,
): Promise<void> {
	const deadlineMs = Date.now() + timeoutMs;
	while (!(await isTrue())) {
		if (Date.now() > deadlineMs) throw new Error(`still not true after ${String(timeoutMs)} ms`);
		await delay(50);
	}
}
