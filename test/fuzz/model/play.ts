import { simulatedClock, type SimulatedClock } from '../../lib/generation/run/simulatedClock';
import type { JobReport } from '../../../lib/generation/report/report';
import { Diary } from './diary';
import type { Happening, Story } from './events';
import { Execution, keyOf, type Wish } from './execution';
import {
	areDoubled,
	CANCEL_MS,
	dueMs,
	isBeingCancelled,
	isGivenUp,
	isLeftTo,
	mayBeHeldBack,
	mayBePaidAnew,
	mayBurn,
	SOON_MS,
	type Truth,
} from './reference';
import { RunPod, type PaidJob } from './runPod';
import type { Sabotage } from './sabotage';
import { Store } from './store';

const START_MS = Date.UTC(2026, 0, 1);
const HOLD_MS = 25 * 3_600_000;
const MAX_LAST_RUNS = 6;
const PATIENT: Omit<Wish, 'videos'> = {
	waits: 'in the node',
	timeoutMs: 3_600_000,
	onTimeout: 'cancel',
	withMinio: true,
};

/**
 * Plays a story against the real generation, and judges it by the reference model.
 * @throws BrokenPromise
 */
export async function play(story: Story, sabotage: Sabotage = {}): Promise<void> {
	await new Play(story, sabotage).all();
}

class Play {
	readonly clock: SimulatedClock = simulatedClock(START_MS);
	private readonly diary = new Diary(this.clock);
	readonly executions = new Map<string, Execution>();
	readonly runPod: RunPod;
	private readonly store: Store;
	private readonly given = new Set<string>();
	private setOnMs = 0;
	private wasSet = false;

	constructor(
		private readonly story: Story,
		private readonly sabotage: Sabotage,
	) {
		this.store = new Store(this.clock, story.store);
		this.runPod = new RunPod(this.clock, story, {
			tell: (what) => {
				this.diary.tell(what);
			},
			sending: (by) => {
				this.judgeSending(by);
			},
			paid: (job) => {
				this.judgePaid(job);
			},
			named: () => {
				void this.judgeLeft();
			},
			ended: (job) => {
				this.judgeDoubled(job);
				this.callBack(job);
			},
			cancelled: (job, by) => {
				if (by !== job.by && isLeftTo(job, this.truth()))
					this.diary.breaks(`${by} cancels ${job.id} of ${job.by}`);
				if (by === job.by && isGivenUp(job, this.truth()))
					this.diary.breaks(`${by} cancels ${job.id}, for which it waits`);
			},
			store: (key, text) => {
				this.store.put(key, text);
			},
		});
	}

	async all(): Promise<void> {
		for (const { afterMs, what } of this.story.events) {
			await this.pass(afterMs);
			this.happen(what);
		}
		await this.untilAllEnded();
		this.heal();
		await this.pass(CANCEL_MS);
		for (const job of this.runPod.jobs) this.judgeBurning(job);
		await this.pass(this.story.quietMs);
		for (const video of this.videos()) await this.judgeLost(video);
		this.diary.assertKept();
	}

	private async pass(ms: number): Promise<void> {
		await this.clock.run(this.clock.sleep(ms));
		this.judgeEnds();
		this.diary.assertKept();
	}

	private happen(what: Happening): void {
		if ('which' in what) {
			const execution = [...this.executions.values()].at(-1 - what.which);
			if (execution) this.meets(execution, what.tag);
			return;
		}
		switch (what.tag) {
			case 'starts':
				this.start(what.wish);
				if (what.isTwice) this.start(what.wish);
				return;
			case 'submit':
				this.diary.tell(`the next submit ${what.fault}`);
				this.runPod.failNextSubmit(what.fault);
				return;
			case 'RunPod':
				this.diary.tell(`RunPod: ${what.trouble} for ${seconds(what.ms)}`);
				this.runPod.trouble(what.trouble, what.ms);
				return;
			case 'MinIO':
				this.diary.tell(`MinIO ${what.trouble} for ${seconds(what.ms)}`);
				this.store.trouble(what.trouble, what.ms);
				return;
			case 'clock':
				this.diary.tell(`n8n's clock is set by ${seconds(what.byMs)}`);
				this.wasSet = true;
				this.setOnMs += Math.max(what.byMs, 0);
				this.clock.set(what.byMs);
		}
	}

	private meets(execution: Execution, what: 'retry' | 'stop' | 'kill' | 'callback'): void {
		const done = {
			retry: () => execution.retry() && 'is tried again',
			stop: () => execution.cancel() && 'is stopped',
			kill: () => execution.kill() && 'is killed',
			callback: () => {
				if (execution.state !== 'asleep') return false;
				void execution.callBack();
				return 'is called';
			},
		}[what]();
		if (done !== false) this.diary.tell(`${execution.name} ${done}`);
	}

	private start(wish: Wish): Execution {
		const name = String.fromCharCode('A'.charCodeAt(0) + this.executions.size);
		const { videos, waits, withMinio, timeoutMs, onTimeout } = wish;
		const how = `waits ${waits}, at most ${seconds(timeoutMs)} (then ${onTimeout})`;
		this.diary.tell(
			`${name} starts: video ${videos.join(' and ')}, ${how}${withMinio ? '' : ', without MinIO'}`,
		);
		const { send: spoilSend, bucket: spoilBucket, isDeafToStop = false } = this.sabotage;
		const send = this.runPod.door(name);
		const bucket = this.store.bucket();
		const execution = new Execution(name, wish, {
			clock: this.clock,
			send: spoilSend?.(send) ?? send,
			bucket: withMinio ? (spoilBucket?.(bucket) ?? bucket) : undefined,
			isDeafToStop,
			handedOut: (reports) => {
				for (const report of reports) this.give(report);
			},
			ended: () => {
				void this.judgeLeft();
			},
			tell: (what) => {
				this.diary.tell(what);
			},
		});
		this.executions.set(name, execution);
		execution.begin();
		return execution;
	}

	/** Whoever is given a key has the video of each job that stored under it. */
	private give({ job_id, minio_key }: JobReport): void {
		const isGiven = ({ id, key, storedAtMs }: PaidJob) =>
			id === job_id || (key === minio_key && storedAtMs !== undefined);
		for (const { id } of this.runPod.jobs.filter(isGiven)) this.given.add(id);
	}

	private callBack(job: PaidJob): void {
		for (const execution of this.executions.values())
			if (execution.name === job.by && execution.wish.waits === 'asleep') void execution.callBack();
	}

	private async untilAllEnded(): Promise<void> {
		const isOpen = () => [...this.executions.values()].some((one) => one.isUnderWay());
		while (isOpen()) await this.pass(60_000);
	}

	private heal(): void {
		this.diary.tell('everything is well again');
		this.runPod.heal();
		this.store.heal();
	}

	private videos(): number[] {
		const all = [...this.executions.values()].flatMap(({ wish }) => wish.videos);
		return [...new Set(all)];
	}

	private truth(): Truth {
		return {
			runPod: this.runPod,
			store: this.store,
			executions: this.executions,
			given: this.given,
			nowMs: this.clock.monotonic(),
			ignoresConditions: this.story.store.ignoresConditions,
			setOnMs: this.setOnMs,
			wasSet: this.wasSet,
		};
	}

	private judgeSending(by: string): void {
		const execution = this.executions.get(by);
		if (execution?.stop.signal.aborted) this.diary.breaks(`${by} submits after Stop`);
		if (execution?.state === 'killed')
			this.diary.breaks(`${by} submits though it is killed: a fault of this test`);
	}

	private judgePaid(job: PaidJob): void {
		const payer = this.executions.get(job.by);
		if (!payer) return;
		const truth = this.truth();
		for (const earlier of this.runPod.jobs.filter(({ key }) => key === job.key)) {
			const reason = mayBePaidAnew(earlier, payer, truth);
			if (reason?.isForAll) this.given.add(earlier.id);
			if (reason) continue;
			this.diary.breaks(
				`${job.by} pays for ${job.id}, though there is ${earlier.id} (${earlier.state})`,
			);
		}
	}

	private judgeDoubled(job: PaidJob): void {
		const truth = this.truth();
		for (const other of this.runPod.jobs)
			if (areDoubled(job, other, truth))
				this.diary.breaks(`${job.id} and ${other.id} are both made`);
	}

	/** What an execution has left is cancelled soon after its end, or later where RunPod has troubles. */
	private async judgeLeft(): Promise<void> {
		for (const ms of [SOON_MS, CANCEL_MS - SOON_MS]) {
			await this.clock.sleep(ms);
			for (const job of this.runPod.jobs) this.judgeBurning(job);
		}
	}

	private judgeBurning(job: PaidJob): void {
		if (!this.runPod.isBurning(job) || isBeingCancelled(job, this.truth())) return;
		if (mayBurn(job, this.truth()) === undefined)
			this.diary.breaks(`${job.id} is ${job.state}, and nobody follows it`);
	}

	private judgeEnds(): void {
		const nowMs = this.clock.monotonic();
		for (const execution of this.executions.values()) {
			const { name, state, triedAtMs, errors } = execution;
			if (errors.some(({ code }) => code === 'INTERNAL' || code === 'UNREADABLE_ANSWER'))
				this.diary.breaks(`${name} ends with a fault of the package itself`);
			if (isHeldBack(execution) && !mayBeHeldBack(this.truth()))
				this.diary.breaks(`${name} is held back, though nothing is in doubt`);
			if (state !== 'running') continue;
			if (nowMs > dueMs(execution))
				this.diary.breaks(`${name} has not ended ${seconds(nowMs - triedAtMs)} after its start`);
		}
	}

	/** What was paid and finished is had by the next runs, and what was not is made. */
	private async judgeLost(video: number): Promise<void> {
		for (let runs = 1; runs <= MAX_LAST_RUNS; runs++) {
			const last = this.start({ ...PATIENT, videos: [video] });
			await this.untilAllEnded();
			this.diary.assertKept();
			if (last.last?.tag === 'given') return;
			if (isHeldBack(last)) await this.pass(HOLD_MS);
		}
		this.diary.breaks(`video ${String(video)} (${keyOf(video)}) cannot be had`);
	}
}

function isHeldBack({ errors }: Execution): boolean {
	return errors.some(({ code }) => code === 'SUBMIT_UNKNOWN');
}

function seconds(ms: number): string {
	return `${String(ms / 1000)} s`;
}
