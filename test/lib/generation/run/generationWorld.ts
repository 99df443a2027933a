import { createHash } from 'node:crypto';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { parseJobInput } from '../../../../lib/contract/parseJobInput';
import { generateAll } from '../../../../lib/generation/batch/generateAll';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
} from '../../../../lib/generation/request/ports';
import type { End, Settled } from '../../../../lib/base/errors/settled';
import type { JobState } from '../../../../lib/runpod/queue/job';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { createLinkMaker } from '../../../../lib/storage/video/presignedLinks';
import { simulatedClock, type SimulatedClock } from './simulatedClock';

/** A world of fakes in simulated time that writes down the order of events. */
export interface World {
	clock: SimulatedClock;
	events: string[];
	bucket: Bucket;
	queue: GenerationPorts['queue'];
	objects: Map<string, { text: string; atMs: number }>;
	memory: Map<string, unknown>;
	/** What becomes of the job with this number, by its age; default: done after 30 s. */
	fate: Map<number, (ageMs: number) => JobState['tag']>;
	/** Thrown by the next submits. */
	submitFaults: WanAvatarError[];
	ports: (more?: Partial<GenerationPorts>) => GenerationPorts;
}

const JOB_MS = 30_000;

async function unused(): Promise<never> {
	return await Promise.reject(new Error('A generation does not do this'));
}

function etagOf(text: string): string {
	return createHash('md5').update(text).digest('hex');
}

export function world(): World {
	const clock = simulatedClock(1_000_000);
	const events: string[] = [];
	const objects = new Map<string, { text: string; atMs: number }>();
	const memory = new Map<string, unknown>();
	const fate: World['fate'] = new Map();
	const submitFaults: WanAvatarError[] = [];
	const submittedAtMs: number[] = [];
	const cancelled = new Set<number>();

	const number = (jobId: string) => Number(jobId.slice('job-'.length));
	const lookAt = (jobId: string): JobState => {
		const n = number(jobId);
		const ageMs = clock.now() - (submittedAtMs[n] ?? 0);
		const tag = cancelled.has(n)
			? 'cancelled'
			: (fate.get(n)?.(ageMs) ?? (ageMs < JOB_MS ? 'running' : 'completed'));
		if (tag === 'completed' && !objects.has(`${String(n)}.mp4`))
			objects.set(`out/${String(n)}`, { text: 'video', atMs: clock.now() });
		return jobState(jobId, tag);
	};
	const bucket: Bucket = {
		name: 'avatars',
		within: () => bucket,
		presignGet: async (key) => Promise.resolve(`signed:${key}`),
		stat: async (key) => {
			const found = objects.get(key);
			return Promise.resolve(
				found
					? {
							tag: 'there',
							facts: { sizeBytes: found.text.length, etag: '', lastModifiedMs: found.atMs },
						}
					: { tag: 'missing' },
			);
		},
		put: async () => Promise.resolve(),
		putBytes: unused,
		putText: async (key, text, _type, condition) => {
			const standing = objects.get(key);
			const etag = standing ? etagOf(standing.text) : null;
			if (condition && condition.etag !== etag) return Promise.resolve('changed');
			const { state, delivered } = JSON.parse(text) as { state: string; delivered: boolean };
			events.push(`record ${state}${delivered ? ' delivered' : ''}`);
			objects.set(key, { text, atMs: clock.now() });
			return Promise.resolve('written');
		},
		getText: async (key) => {
			const found = objects.get(key);
			return Promise.resolve(
				found
					? { tag: 'there', text: found.text, etag: etagOf(found.text), lastModifiedMs: found.atMs }
					: { tag: 'missing' },
			);
		},
		remove: async (key) => {
			events.push('record removed');
			return Promise.resolve(objects.delete(key));
		},
		check: async () => Promise.resolve({ mayList: true }),
		statPatiently: async (key) => await bucket.stat(key),
		measure: unused,
		listPage: unused,
		getRange: unused,
		getStream: unused,
	};
	const queue: GenerationPorts['queue'] = {
		endpointId: 'endpoint1',
		submit: async () => {
			const fault = submitFaults.shift();
			events.push(fault ? `submit: ${fault.code}` : 'submit');
			if (fault) return await Promise.reject(fault);
			submittedAtMs.push(clock.now());
			return Promise.resolve(`job-${String(submittedAtMs.length - 1)}`);
		},
		pollStatus: async (jobId) => Promise.resolve(lookAt(jobId)),
		getStatus: async (jobId) => {
			events.push('getStatus');
			return Promise.resolve(lookAt(jobId));
		},
		cancel: async (jobId) => {
			events.push(`cancel ${jobId}`);
			cancelled.add(number(jobId));
			return Promise.resolve('cancelled');
		},
		health: async () => Promise.resolve(undefined),
		rateLimitedAtMs: () => undefined,
	};
	const notes = {
		read: (slot: string) => memory.get(slot),
		write: (slot: string, note: unknown) => memory.set(slot, note),
	};
	return {
		clock,
		events,
		bucket,
		objects,
		memory,
		fate,
		submitFaults,
		queue,
		ports: (more = {}) => {
			const ports = { queue, clock, bucket, memory: notes, executionId: 'a', ...more };
			return { linkMaker: createLinkMaker(ports.bucket, clock), ...ports };
		},
	};
}

export function jobState(jobId: string, tag: JobState['tag']): JobState {
	const facts = {
		jobId,
		status: tag,
		delayTimeMs: null,
		executionTimeMs: null,
		workerId: null,
		retries: 0,
	};
	const output = {
		minio_key: 'u/a/idle.mp4',
		video_url: null,
		thumbnail_key: null,
		thumbnail_url: null,
		fps: 24,
		width: 1280,
		height: 720,
		more: {},
	};
	switch (tag) {
		case 'completed':
			return { tag, facts, output };
		case 'failed':
		case 'timedOut':
			return { tag, facts, reason: 'a reason' };
		case 'missing':
			return { tag, jobId, reason: 'HTTP 404' };
		case 'unreachable':
			return { tag, reason: 'HTTP 502' };
		case 'tooLarge':
			return { tag, reason: 'more than 20 MB' };
		case 'refused':
			return { tag, reason: 'HTTP 401', status: 401 };
		case 'completedWithoutVideo':
			return { tag, facts, words: '' };
		case 'running':
			return { tag, facts, progress: null };
		case 'queued':
		case 'cancelled':
			return { tag, facts };
	}
}

export function request(more: Partial<GenerationRequest> = {}): GenerationRequest {
	return {
		slot: '0:0',
		input: parseJobInput({
			user_id: 'u',
			avatar_id: 'a',
			image_url: 'https://a.b/c.png',
			template_id: 't',
			output_video_key: '<user_id>/<avatar_id>/idle.mp4',
		}),
		envelope: {},
		uploads: [],
		inlineFiles: [],
		waitForCompletion: true,
		timeoutMs: 3_600_000,
		onTimeout: 'cancel',
		maxRestarts: 2,
		ifVideoExists: 'regenerate',
		submitAnyway: false,
		links: { type: 'presigned', expirySeconds: 60 },
		downloads: { video: false, thumbnail: false },
		...more,
	};
}

const runOptions: RunOptions = {
	maxParallelJobs: 10,
	maxJobs: 100,
	checkOnly: false,
	includeCost: false,
	stopOnFault: true,
};

export async function run(
	w: World,
	requests: GenerationRequest[] = [request()],
	ports: Partial<GenerationPorts> = {},
	options: Partial<RunOptions> = {},
): Promise<End<object>[]> {
	const settled: Settled<GenerationRequest>[] = requests.map((value) => ({ value }));
	const door = {
		connect: async () => Promise.resolve(w.ports(ports)),
		handOut: async (report: object) => Promise.resolve(report),
		show: (body: object) => body,
	};
	return await w.clock.run(generateAll(settled, door, { ...runOptions, ...options }));
}

export function codeOf(end: End<object> | undefined): string | undefined {
	return end && 'error' in end && end.error instanceof WanAvatarError ? end.error.code : undefined;
}

export const fault = (code: 'SUBMIT_UNKNOWN' | 'RATE_LIMITED') =>
	new WanAvatarError(code, code, { remedy: '' });
