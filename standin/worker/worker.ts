import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerHandler, WorkerJob } from '../queue/jobs/workerHandler';
import { AbortedError } from './abortable';
import { Bucket, type BucketSettings } from './bucket';
import { fetchInput } from './inputFile';
import { type JobInput, readJobInput } from './jobInput';
import { RenderCache, type RenderedAvatar } from './renderCache';

export interface WorkerOptions {
	storage: BucketSettings;
	/** Holds fetched inputs and kept renders. */
	folder: string;
	/** How long presigned URLs hold; default one day. */
	linkExpirySeconds?: number;
	/** Input fields beyond the contract that are let through unread. */
	newerWorkerFields?: readonly string[];
}

/** What a finished job answers. */
export interface WorkerOutput {
	minio_key: string;
	video_url: string;
	thumbnail_key?: string;
	thumbnail_url?: string;
	fps: number | undefined;
	width: number;
	height: number;
}

export interface Worker {
	handle: WorkerHandler;
	/** How many real renders were made. */
	renders: () => number;
	/** Stops what is under way and waits for it to end. */
	close: () => Promise<void>;
}

type Step = (tenths: number) => void;

const STEPS = 10;
const FETCHED = 2;
const RENDERED = 8;
const ONE_DAY_SECONDS = 86_400;

/**
 * Plays the Wan avatar worker. It is not Wan: no model animates anything. It takes the same jobs,
 * lays the portrait over the driving video with ffmpeg, and uploads and answers as the worker does.
 */
export function createWorker(options: WorkerOptions): Worker {
	const worker = new StandInWorker(options);
	return {
		handle: (job) => worker.handle(job),
		renders: () => worker.renders(),
		close: () => worker.close(),
	};
}

class StandInWorker {
	private readonly bucket: Bucket;
	private readonly cache: RenderCache;
	private readonly closing = new AbortController();
	private readonly jobs = new Set<Promise<unknown>>();

	constructor(private readonly options: WorkerOptions) {
		this.bucket = new Bucket(options.storage);
		this.cache = new RenderCache(join(options.folder, 'renders'));
	}

	async handle(job: WorkerJob): Promise<WorkerOutput> {
		const running = this.run(job);
		this.jobs.add(running);
		try {
			return await running;
		} finally {
			this.jobs.delete(running);
		}
	}

	renders(): number {
		return this.cache.renders();
	}

	async close(): Promise<void> {
		this.closing.abort();
		await Promise.allSettled(this.jobs);
		await this.cache.idle();
	}

	private async run(job: WorkerJob): Promise<WorkerOutput> {
		const signal = AbortSignal.any([job.signal, this.closing.signal]);
		try {
			if (signal.aborted) throw new AbortedError(signal);
			const input = readJobInput(job.input, this.options.newerWorkerFields ?? []);
			return await this.make(input, signal, toSteps(job));
		} catch (error) {
			throw signal.aborted ? new AbortedError(signal) : error;
		}
	}

	private async make(input: JobInput, signal: AbortSignal, step: Step): Promise<WorkerOutput> {
		step(1);
		const avatar = await this.render(input, signal, step);
		step(RENDERED);
		const key = input.outputVideoKey ?? defaultVideoKey(input, new Date());
		await this.bucket.put(key, avatar.path, 'video/mp4', signal);
		step(RENDERED + 1);
		const thumbnail = await this.tryThumbnail(input.outputThumbnailKey, avatar, signal);
		const { fps, width, height } = avatar.info;
		const link = await this.link(key);
		return { minio_key: key, video_url: link, ...thumbnail, fps, width, height };
	}

	private async render(input: JobInput, signal: AbortSignal, step: Step): Promise<RenderedAvatar> {
		const folder = join(this.options.folder, 'inputs');
		await mkdir(folder, { recursive: true });
		await mkdir(join(this.options.folder, 'renders'), { recursive: true });
		const context = { bucket: this.bucket, folder, signal };
		const portrait = await fetchInput('portrait', input.portrait, context);
		const drivingVideo = await fetchInput('driving video', input.drivingVideo, context);
		step(FETCHED);
		return await this.cache.video(portrait, drivingVideo, signal, (share) => {
			step(FETCHED + Math.floor(share * (RENDERED - FETCHED)));
		});
	}

	/** The contract makes the thumbnail best effort: without one, the job is done all the same. */
	private async tryThumbnail(
		key: string | undefined,
		avatar: RenderedAvatar,
		signal: AbortSignal,
	): Promise<Pick<WorkerOutput, 'thumbnail_key' | 'thumbnail_url'>> {
		if (key === undefined) return {};
		try {
			const path = await this.cache.thumbnail(avatar, signal);
			await this.bucket.put(key, path, 'image/jpeg', signal);
			return { thumbnail_key: key, thumbnail_url: await this.link(key) };
		} catch (error) {
			if (signal.aborted) throw error;
			return {};
		}
	}

	private async link(key: string): Promise<string> {
		return await this.bucket.presign(key, this.options.linkExpirySeconds ?? ONE_DAY_SECONDS);
	}
}

/** Reports each step once and never an earlier one after a later one. */
function toSteps({ reportProgress, signal }: WorkerJob): Step {
	let last = 0;
	return (tenths) => {
		if (tenths <= last || signal.aborted) return;
		last = tenths;
		reportProgress({ progress: `${String(tenths)}/${String(STEPS)}` });
	};
}

/** The worker's own naming, seen in its answers: `idle_20260214_060045.mp4`, in UTC. */
export function defaultVideoKey({ userId, avatarId }: JobInput, now: Date): string {
	const [date = '', time = ''] = now.toISOString().split(/[T.]/);
	const stamp = `${date.replaceAll('-', '')}_${time.replaceAll(':', '')}`;
	return `user-avatars/${userId}/${avatarId}/idle_${stamp}.mp4`;
}
