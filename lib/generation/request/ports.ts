import type { Clock } from '../../base/async/clock';
import type { JobInput } from '../../contract/jobInput';
import type { LinkWish } from '../../contract/link';
import type { Booking } from '../../cost/budget';
import type { EndpointCosts } from '../../cost/endpointCosts';
import type { Schedule } from '../../following/schedule';
import type { StallWatch } from '../../following/stallWatch';
import type { CostSource } from '../../runpod/management/costSource';
import type { RunBody } from '../../runpod/queue/queueRequests';
import type { QueueClient } from '../../runpod/queue/queue';
import type { Bucket } from '../../storage/objects/bucket';
import type { LinkMaker } from '../../storage/video/presignedLinks';
import type { Mp4Facts } from '../../base/media/mp4Facts';
import type { OnDenied } from '../report/deniedWords';
import type { InlineFile } from './inlineFile';
import type { Upload } from './upload';

/** What an MP4's header says; nothing for one that is none, or is cut off. */
export type ReadFacts = (
	bucket: Bucket,
	key: string,
	sizeBytes: number,
) => Promise<Mp4Facts | undefined>;

/** What makes a finished job's report ready to be given out. */
export interface ResultPorts {
	/** Missing where the node has no MinIO credential: then nothing is looked at. */
	readFacts?: ReadFacts | undefined;
	/** The same of a file in memory: nothing for one that is not a complete MP4. Missing: it is not looked at. */
	readContent?: ((content: Uint8Array) => Promise<Mp4Facts | undefined>) | undefined;
	linkMaker: LinkMaker;
	onDenied?: OnDenied | undefined;
}

/** What a generation needs from outside. */
export interface GenerationPorts extends ResultPorts {
	queue: Pick<
		QueueClient,
		'endpointId' | 'submit' | 'pollStatus' | 'getStatus' | 'cancel' | 'health' | 'rateLimitedAtMs'
	>;
	clock: Clock;
	/** With it inputs are checked, jobs recorded and results recovered. */
	bucket?: Bucket | undefined;
	/** Is told what is to be said of inputs, though they are good. */
	onNote?: ((sentence: string) => void) | undefined;
	/** With it the costs of jobs are told. */
	costs?: CostSource | undefined;
	/** Is told what came of all items, in one line. */
	onSummary?: ((sentence: string) => void) | undefined;
	/** Survives the tries of one execution. */
	memory: JobMemory;
	/** Names the execution, so that its own earlier tries are told from other executions. */
	executionId: string;
	/** Kept by n8n with an execution that sleeps: of what was noted of a video meanwhile, it believes what is sealed with it. */
	noteSecret?: string | undefined;
	/** Aborted when the workflow is stopped. */
	signal?: AbortSignal | undefined;
	/** With it a spending limit can be kept. */
	prices?: PriceSource | undefined;
	/** What n8n keeps of what the execution has spent, for a spending limit; changed in place. */
	spending?: SpendingNotes | undefined;
}

/** What a spending limit is kept by. */
export interface PriceSource extends CostSource {
	/** Why something is not known, in a sentence. */
	reason: () => string | undefined;
}

/**
 * What the jobs of one execution have cost and can still cost, and by which costs those under way are booked at their end.
 */
export interface SpendingNotes {
	bookings: Booking[];
	costs?: EndpointCosts | undefined;
}

/** Notes about the items of one node, kept by n8n between the tries of one execution; what is read is unchecked. */
export interface JobMemory {
	read: (slot: string) => unknown;
	write: (slot: string, note: unknown) => void;
}

/** What the jobs of one run share while they are followed. */
export interface SharedPolling {
	schedule: Schedule;
	stallWatch: StallWatch;
}

export type IfVideoExists = 'regenerate' | 'return' | 'fail';
/** `hand back`: the job goes on, and is itself the answer. */
export type OnTimeout = 'cancel' | 'leave' | 'hand back';

/** One avatar to make. Times in milliseconds. */
export interface GenerationRequest {
	/** Where the notes about it are kept: run and item. */
	slot: string;
	input: JobInput;
	/** What goes to RunPod beside the input. */
	envelope: Omit<RunBody, 'input'>;
	/** Files to put into the bucket first; the input names them by their keys already. */
	uploads: readonly Upload[];
	/** Files that go along with the request, in fields that the input does not have yet. */
	inlineFiles: readonly InlineFile[];
	/** Off: the answer is the submitted job, not its video. */
	waitForCompletion: boolean;
	/** Its execution sleeps until RunPod calls it back, at the latest until then, by n8n's clock. */
	suspendedUntilMs?: number;
	timeoutMs: number;
	onTimeout: OnTimeout;
	maxRestarts: number;
	links: LinkWish;
	/** Keys of inputs that the access key may not look at; none where nobody looked. */
	unseenInputs?: readonly string[];
	/** What is to be said of its inputs, though they are good. */
	notes?: readonly string[];
	/** Which files the item is to carry. */
	downloads: { video: boolean; thumbnail: boolean };
	ifVideoExists: IfVideoExists;
	/** Submit though an earlier submit of the same request may have taken effect. */
	submitAnyway: boolean;
	/** A model asks for it, which may ask twice: within one execution the same request has the same job. */
	byModel?: {
		/** But for one that has ended: that one is made anew. */
		again: boolean;
	};
}

/** What holds for all items of a run. */
export interface RunOptions {
	/** Nothing: as many as the endpoint has workers for. */
	maxParallelJobs?: number | undefined;
	maxJobs: number;
	/** Nothing when it is learned. */
	pollIntervalMs?: number | undefined;
	/** Tell what jobs have cost. */
	includeCost: boolean;
	/** Validate and give out the request bodies; submit nothing. */
	checkOnly: boolean;
	/** Nothing is started when one item is bad, and nothing more once a job has failed. */
	stopOnFault: boolean;
	/** Nothing: what the jobs cost is not limited. */
	spending?: SpendingWish | undefined;
}

/** A limit for what the jobs of one execution cost together. */
export interface SpendingWish {
	limitMicroUsd: number;
	/** Of one GPU, in the place of RunPod's list price. */
	microUsdPerHour?: number | undefined;
}
