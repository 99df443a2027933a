import { Secret } from '../../../lib/base/data/secret';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { settle, type End } from '../../../lib/base/errors/settled';
import { generateAll } from '../../../lib/generation/batch/generateAll';
import type { JobReport } from '../../../lib/generation/report/report';
import type {
	GenerationPorts,
	GenerationRequest,
	OnTimeout,
	RunOptions,
} from '../../../lib/generation/request/ports';
import { lookAtJobs } from '../../../lib/generation/suspend/lookAtJobs';
import { resumeAll } from '../../../lib/generation/suspend/resumeAll';
import { submitAll } from '../../../lib/generation/suspend/submitAll';
import {
	suspendedItems,
	wokenItem,
	type SuspendedItem,
} from '../../../lib/generation/suspend/suspended';
import { createQueueClient } from '../../../lib/runpod/queue/queue';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import { createLinkMaker } from '../../../lib/storage/video/presignedLinks';
import type { SimulatedClock } from '../../lib/generation/run/simulatedClock';
import { request } from '../../lib/generation/run/generationWorld';
import type { Send } from '../../../lib/runpod/http/http';
import { asError, endOfAll, textOf, type TryEnd } from './tryEnd';
import { n8nProcess, type N8nProcess } from './n8nProcess';

/** What an execution asks for. */
export interface Wish {
	/** The numbers of the videos. */
	videos: readonly number[];
	waits: 'in the node' | 'asleep' | 'not';
	timeoutMs: number;
	onTimeout: OnTimeout;
	withMinio: boolean;
}

export interface Doors {
	clock: SimulatedClock;
	send: Send;
	bucket: Bucket | undefined;
	isDeafToStop: boolean;
	/** n8n has the reports, whatever happens to its process from now on. */
	handedOut: (reports: readonly JobReport[]) => void;
	/** A try has ended. */
	ended: () => void;
	tell: (what: string) => void;
}

const OPTIONS: RunOptions = {
	maxJobs: 100,
	checkOnly: false,
	includeCost: false,
	stopOnFault: true,
};
const SETTINGS = {
	apiKey: new Secret('rpa_key'),
	endpointId: 'endpoint1',
	queueBaseUrl: 'https://runpod.example/v2',
	managementBaseUrl: 'https://runpod.example/manage',
	graphqlUrl: 'https://runpod.example/graphql',
};
const SLEEP_POLICY = { executionTimeout: 600_000, ttl: 3_600_000 };
const CALLS = 3;
const CALL_PAUSE_MS = 10_000;

/** One execution of n8n: its tries share a memory, which a kill takes, and each has a process. */
export class Execution {
	readonly stop = new AbortController();
	state: 'running' | 'asleep' | 'ended' | 'killed' = 'running';
	/** When its tries began. */
	readonly triesAtMs: number[] = [];
	stoppedAtMs: number | undefined;
	endedAtMs: number | undefined;
	last: TryEnd | undefined;
	readonly errors: WanAvatarError[] = [];
	readonly skipped: string[] = [];
	private process: N8nProcess;
	private memory = new Map<string, unknown>();
	private sleep: { items: SuspendedItem[]; untilMs: number } | undefined;

	constructor(
		readonly name: string,
		readonly wish: Wish,
		private readonly doors: Doors,
	) {
		this.process = n8nProcess(doors.clock);
	}

	get triedAtMs(): number {
		return this.triesAtMs.at(-1) ?? 0;
	}

	wants(key: string): boolean {
		return this.wish.videos.map(keyOf).includes(key);
	}

	isUnderWay(): boolean {
		return this.state === 'running' || this.state === 'asleep';
	}

	begin(): void {
		this.state = 'running';
		this.triesAtMs.push(this.doors.clock.monotonic());
		void this.attempt(this.wish.waits === 'asleep' ? this.sleepOrWait() : this.generate());
	}

	/** Retry On Fail. */
	retry(): boolean {
		if (this.state !== 'ended' || this.last?.tag !== 'failed') return false;
		this.begin();
		return true;
	}

	kill(): boolean {
		if (this.state !== 'running') return false;
		this.process.kill();
		this.state = 'killed';
		return true;
	}

	cancel(): boolean {
		if (this.state !== 'running' || this.stop.signal.aborted) return false;
		this.stoppedAtMs = this.doors.clock.monotonic();
		this.stop.abort();
		return true;
	}

	/** RunPod calls back, again where it is not answered well. */
	async callBack(): Promise<void> {
		for (let calls = 1; calls <= CALLS && this.sleep; calls++) {
			if (await this.isLookedAt(this.sleep.items)) return;
			await this.doors.clock.sleep(CALL_PAUSE_MS);
		}
	}

	private async isLookedAt(items: SuspendedItem[]): Promise<boolean> {
		const jobs = items.filter((item) => item.tag === 'job');
		const noMemory = { read: () => undefined, write: () => undefined };
		const ports = { ...this.ports(n8nProcess(this.doors.clock)), memory: noMemory };
		const looks = await lookAtJobs(jobs, ports);
		const isOver = looks.every((look) => look === 'ended' || look === 'unnoted');
		if (isOver) this.wake();
		return isOver || looks.every((look) => look === 'pending' || look === 'ended');
	}

	private wake(): void {
		const slept = this.sleep;
		if (!slept || this.state !== 'asleep') return;
		this.sleep = undefined;
		this.state = 'running';
		this.triesAtMs.push(this.doors.clock.monotonic());
		this.doors.tell(`${this.name} wakes`);
		const leftMs = slept.untilMs - this.doors.clock.now();
		const woken = slept.items.map((item) => wokenItem(item, leftMs));
		void this.attempt(
			this.handedOut(async (handOut) =>
				resumeAll(woken, this.ports(this.process), handOut, OPTIONS),
			),
		);
	}

	private async attempt(work: Promise<TryEnd>): Promise<void> {
		const end = await settle(this.process.alive(async () => await work));
		this.last =
			'value' in end ? end.value : { tag: 'failed', errors: [asError(end.error)], skipped: [] };
		if (this.last.tag === 'failed') {
			this.errors.push(...this.last.errors);
			this.skipped.push(...this.last.skipped);
		}
		if (this.last.tag !== 'asleep') this.state = 'ended';
		this.endedAtMs = this.doors.clock.monotonic();
		this.doors.tell(`${this.name} ${textOf(this.last)}`);
		this.doors.ended();
	}

	private async generate(): Promise<TryEnd> {
		return await this.handedOut(async (handOut) =>
			generateAll(
				this.requests(),
				{ connect: async () => Promise.resolve(this.ports(this.process)), handOut, show: nothing },
				OPTIONS,
			),
		);
	}

	private async sleepOrWait(): Promise<TryEnd> {
		const ports = this.ports(this.process);
		const untilMs = this.doors.clock.now() + this.wish.timeoutMs;
		const connect = async () => Promise.resolve(ports);
		const submission = await submitAll(this.requests(), connect, untilMs, OPTIONS);
		if (submission.tag === 'refused') return endOfAll(submission.ends);
		if (submission.tag === 'awake' || this.stop.signal.aborted)
			return await this.handedOut(async (handOut) =>
				resumeAll(submission.ends, ports, handOut, OPTIONS),
			);
		const items = submission.ends.flatMap((end) => ('value' in end ? [end.value] : []));
		await this.process.alive(async () => Promise.resolve());
		const kept = suspendedItems.parse(JSON.parse(JSON.stringify(suspendedItems.parse(items))));
		this.sleep = { items: kept, untilMs };
		this.memory = new Map(this.memory);
		this.state = 'asleep';
		void this.doors.clock.sleep(this.wish.timeoutMs).then(() => {
			this.wake();
		});
		return { tag: 'asleep' };
	}

	/** What is handed out counts as given once n8n has all of it. */
	private async handedOut(
		work: (handOut: (report: JobReport) => Promise<JobReport>) => Promise<End<JobReport>[]>,
	): Promise<TryEnd> {
		const reports: JobReport[] = [];
		const ends = await work(async (report) => {
			await this.process.alive(async () => Promise.resolve());
			reports.push(report);
			if (reports.length === this.wish.videos.length) this.doors.handedOut(reports);
			return report;
		});
		return endOfAll(ends);
	}

	private requests(): { value: GenerationRequest }[] {
		const { waits, timeoutMs, onTimeout } = this.wish;
		return this.wish.videos.map((video, index) => ({
			value: request({
				slot: `0:${String(index)}`,
				input: { ...request().input, avatar_id: String(video), output_video_key: keyOf(video) },
				envelope: waits === 'asleep' ? { policy: SLEEP_POLICY } : {},
				waitForCompletion: waits !== 'not',
				timeoutMs,
				onTimeout: waits === 'asleep' ? 'cancel' : onTimeout,
			}),
		}));
	}

	private ports(process: N8nProcess): GenerationPorts {
		const { clock } = process;
		const send: Send = async (given) =>
			await process.alive(async () => await this.doors.send(given));
		const bucket = this.doors.bucket && process.bucket(this.doors.bucket);
		const memory = this.memory;
		return {
			queue: createQueueClient(SETTINGS, { send, clock, random: () => 0.5 }),
			clock,
			bucket,
			linkMaker: createLinkMaker(bucket, clock),
			readFacts: bucket && (async (from, key) => await factsOf(from, key)),
			memory: {
				read: (slot) => memory.get(slot),
				write: (slot, note) => memory.set(slot, JSON.parse(JSON.stringify(note))),
			},
			executionId: this.name,
			noteSecret: 'secret',
			signal: this.doors.isDeafToStop ? undefined : this.stop.signal,
		};
	}
}

function nothing(): never {
	throw new Error('Nothing is only checked');
}

export function keyOf(video: number): string {
	return `user/${String(video)}/idle.mp4`;
}

async function factsOf(bucket: Bucket, key: string) {
	const seen = await bucket.getText(key);
	if (seen.tag !== 'there') throw new WanAvatarError('STORAGE', 'Not read', { remedy: '' });
	const isVideo = seen.text.startsWith('video of');
	return isVideo ? { durationSeconds: 5, width: 1280, height: 720, fps: 24 } : undefined;
}
