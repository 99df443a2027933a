import { pause } from '../contract/clock';
import { WanAvatarError } from '../contract/errors';
import { NOT_THERE_YET_MS } from '../following/follow';
import type { JobLook } from '../runpod/job';
import { isSubmitted, ownerOf, referenceOf, type Desk, type SubmittedRecord } from './desk';
import type { JobRecord } from './record';
import { recover } from './recover';
import { reportFrom, reportOf, type JobReport } from './report';
import { findResult } from './result';
import { settle } from './settled';

/** What an earlier try, or another execution, has left of the same request. */
export type Earlier =
	| { tag: 'nothing' }
	/** Its result is known: it was never given out, or to an earlier try of this execution. */
	| { tag: 'result'; report: JobReport; record: JobRecord }
	/** Its job is still going. `isOthers`: another execution waits for it at this moment. */
	| { tag: 'going'; record: SubmittedRecord; look: JobLook; isOthers: boolean }
	/** A submit was on its way, and nobody knows whether it took effect. */
	| { tag: 'uncertain'; record: JobRecord };

// A submit is repeated for at most half a minute, and its answer waited for as long.
const WATCH_OTHERS_MS = 60_000;
const WATCH_INTERVAL_MS = 500;

/** RunPod keeps a job for a day where the request names no other time to live. */
const DEFAULT_TTL_MS = 24 * 3_600_000;

/** Finds what there is already of a request, so that it is not paid for again. */
export async function findEarlier(desk: Desk): Promise<Earlier> {
	const remembered = desk.book.remembered();
	const report = remembered?.report && reportFrom(remembered.report);
	if (remembered && report) return { tag: 'result', report, record: remembered };
	if (remembered) return await judge(remembered, desk, false);
	const recorded = await desk.book.recorded();
	return recorded ? await findRecorded(recorded, desk) : { tag: 'nothing' };
}

/** What a record in the bucket comes to: one of another execution may be about to get its job id. */
export async function findRecorded(recorded: JobRecord, desk: Desk): Promise<Earlier> {
	const { executionId } = desk.ports;
	if (recorded.state !== 'intent' || recorded.execution_id === executionId)
		return await judge(recorded, desk, false);
	const settled = await watchOthers(desk);
	if (!settled) return { tag: 'nothing' };
	return await judge(settled, desk, isSubmitted(settled));
}

async function watchOthers(desk: Desk): Promise<JobRecord | undefined> {
	const { clock, signal } = desk.ports;
	const endMs = clock.now() + WATCH_OTHERS_MS;
	let record = await desk.book.recorded();
	while (record?.state === 'intent' && clock.now() < endMs && !signal?.aborted) {
		await pause(clock, WATCH_INTERVAL_MS, signal);
		record = await desk.book.recorded();
	}
	return record;
}

async function judge(record: JobRecord, desk: Desk, isOthers: boolean): Promise<Earlier> {
	if (record.state === 'finished' && record.delivered) return { tag: 'nothing' };
	if (!isSubmitted(record)) return await judgeIntent(record, desk);
	const look = await desk.ports.queue.lookOnce(record.job_id, desk.ports.signal);
	switch (look.tag) {
		case 'queued':
		case 'running':
		case 'unreachable':
		case 'tooLarge':
			return { tag: 'going', record, look, isOthers };
		case 'completed':
			if (record.delivered) return { tag: 'nothing' };
			return await result(reportOf(referenceOf(record, desk), look), record, desk);
		case 'missing':
			return await judgeMissing(record, look, desk, isOthers);
		case 'refused':
			throw refused(record, look.reason, desk);
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return { tag: 'nothing' };
	}
}

async function result(found: JobReport, record: JobRecord, desk: Desk): Promise<Earlier> {
	const context = { recordedAtMs: record.recorded_at_ms, links: desk.request.links };
	const report = await settle(findResult(found, context, desk.ports));
	if ('error' in report && !desk.request.submitAnyway) throw report.error;
	return 'value' in report && report.value
		? { tag: 'result', report: report.value, record }
		: { tag: 'nothing' };
}

async function judgeMissing(
	record: SubmittedRecord,
	look: JobLook,
	desk: Desk,
	isOthers: boolean,
): Promise<Earlier> {
	const ageMs = desk.ports.clock.now() - (record.submitted_at_ms ?? -Infinity);
	if (ageMs <= NOT_THERE_YET_MS) return { tag: 'going', record, look, isOthers };
	if (record.delivered) return { tag: 'nothing' };
	const report = await recover(referenceOf(record, desk), record, desk.ports.bucket);
	return report ? await result(report, record, desk) : { tag: 'nothing' };
}

async function judgeIntent(record: JobRecord, desk: Desk): Promise<Earlier> {
	const job = {
		...ownerOf(desk.request),
		job_id: 'unknown',
		endpoint_id: record.endpoint_id,
		submitted_at: null,
	};
	const report = await recover(job, record, desk.ports.bucket);
	const found = report && (await result(report, record, desk));
	if (found?.tag === 'result') return found;
	if (desk.request.submitAnyway || hasRunOut(record, desk)) return { tag: 'nothing' };
	return { tag: 'uncertain', record };
}

export function runsOutAtMs(record: JobRecord, { request }: Desk): number {
	return record.intended_at_ms + (request.envelope.policy?.ttl ?? DEFAULT_TTL_MS);
}

function hasRunOut(record: JobRecord, desk: Desk): boolean {
	return desk.ports.clock.now() > runsOutAtMs(record, desk);
}

function refused(record: SubmittedRecord, reason: string, desk: Desk): WanAvatarError {
	return new WanAvatarError(
		'UNAUTHORIZED',
		`RunPod refuses to tell about job ${record.job_id} of this item: ${reason}`,
		{
			remedy:
				'Check the RunPod API credential. The item was not submitted again, since that job may have its video.',
			details: { ...referenceOf(record, desk) },
		},
	);
}
