import * as z from 'zod/v4';
import { jsonRecord } from '../../base/data/json';
import type { Settled } from '../../base/errors/settled';
import { errorFrom, notedFailure } from '../record/failure';
import { jobRecord } from '../record/record';
import { isSubmitted, referenceOf, type SubmittedRecord } from '../run/jobContext';
import { reportFrom, submittedReport, type JobReport } from '../report/report';
import type { GenerationRequest } from '../request/ports';

/** What is kept of a request while its execution sleeps: its files are sent already. */
const keptRequest = z
	.object({
		slot: z.string(),
		input: z.looseObject({
			user_id: z.string(),
			avatar_id: z.string(),
			output_video_key: z.string().optional(),
			output_thumbnail_key: z.string().optional(),
		}),
		links: z.discriminatedUnion('type', [
			z.object({ type: z.literal('presigned'), expirySeconds: z.number() }),
			z.object({ type: z.literal('public'), baseUrl: z.string() }),
		]),
		waitForCompletion: z.boolean(),
		timeoutMs: z.number(),
		onTimeout: z.enum(['cancel', 'leave']),
		maxRestarts: z.number(),
		ifVideoExists: z.enum(['regenerate', 'return', 'fail']),
		submitAnyway: z.boolean(),
		downloads: z.object({ video: z.boolean(), thumbnail: z.boolean() }),
		unseenInputs: z.array(z.string()).default([]),
		notes: z.array(z.string()).default([]),
	})
	.transform((kept): GenerationRequest => ({
		...kept,
		envelope: {},
		uploads: [],
		inlineFiles: [],
	}));

const job = jobRecord.transform((record, context): SubmittedRecord => {
	if (isSubmitted(record)) return record;
	context.addIssue({ code: 'custom', message: 'has no job ID' });
	return z.NEVER;
});

const report = jsonRecord.transform((noted, context): JobReport => {
	const read = reportFrom(noted);
	if (read) return read;
	context.addIssue({ code: 'custom', message: 'is no report' });
	return z.NEVER;
});

const suspendedItem = z.discriminatedUnion('tag', [
	/** Its job is still to end. */
	z.object({ tag: z.literal('job'), request: keptRequest, record: job }),
	/** What it gives out is known: a video that was there, or a job that nobody waits for. */
	z.object({
		tag: z.literal('done'),
		request: keptRequest,
		report,
		record: jobRecord.optional(),
	}),
	/** What went wrong with it before its execution slept. */
	z.object({ tag: z.literal('failed'), failure: notedFailure }),
]);

/** One item of an execution that sleeps. */
export type SuspendedItem = z.output<typeof suspendedItem>;

export type SuspendedJob = Extract<SuspendedItem, { tag: 'job' }>;

export type SubmittedItem = Extract<SuspendedItem, { tag: 'job' | 'done' }>;

/** The items of one run of the node, in their order, while their execution sleeps. */
export const suspendedItems = z.array(suspendedItem);

/** What refers to an item whose execution sleeps: its job, or what it gives out already. */
export function referenceTo(item: SubmittedItem): JobReport {
	return item.tag === 'done' ? item.report : submittedReport(referenceOf(item.record, item));
}

/** A job that has not ended, though it seemed so, is followed for so long at least. */
const MIN_FOLLOW_MS = 60_000;

/** An item that is worked on again; `leftMs` is left of the time that its execution would have slept. */
export function wokenItem(item: SuspendedItem, leftMs: number): Settled<SubmittedItem> {
	if (item.tag === 'failed') return { error: errorFrom(item.failure) };
	const timeoutMs = Math.min(item.request.timeoutMs, Math.max(leftMs, MIN_FOLLOW_MS));
	return { value: { ...item, request: { ...item.request, timeoutMs } } };
}
