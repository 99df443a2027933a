import type { LinkWish } from '../../contract/link';
import { LIMITS } from '../../base/async/timeLimits';
import { badVideo, type VideoFault } from '../report/failures';
import type { JobResult } from '../report/jobResult';
import { linked } from './resultLinks';
import type { OptionalStore } from '../report/optionalStore';
import type { ResultPorts } from '../request/ports';
import type { JobRecord } from '../record/record';
import type { JobReport } from '../report/report';
import { storeInline } from './storeInline';
import { verify, withFacts, type Verified } from './verify';

/** What is known of the result beside the worker's words. */
export interface ResultContext {
	/** By its times in the store's clock an object of an earlier job is told. */
	record: JobRecord | undefined;
	links: LinkWish;
}

/** What is looked at, and with what. */
type Looking = [found: JobResult, context: ResultContext, ports: ResultPorts, store: OptionalStore];

/**
 * A result as it is given out: a video that came in the worker's answer stored, the video looked at, its links made.
 * @throws WanAvatarError VIDEO_MISSING, VIDEO_BROKEN
 */
export async function requireResult(...looking: Looking): Promise<JobResult> {
	const seen = await looked(...looking);
	if (seen.fault) throw badVideo(seen.report, seen.fault);
	return await withLinks(seen, looking);
}

/**
 * The same; nothing where the video is broken, as a job that failed has none.
 * @throws WanAvatarError VIDEO_MISSING: the job may have stored it where the node does not look, and is paid for
 */
export async function findResult(...looking: Looking): Promise<JobResult | undefined> {
	const seen = await looked(...looking);
	if (seen.fault?.code === 'VIDEO_MISSING') throw badVideo(seen.report, seen.fault);
	return seen.fault ? undefined : await withLinks(seen, looking);
}

/** The same as an answer in any case: one without a good video says why, and has no link to it. */
export async function describeResult(...looking: Looking): Promise<JobResult> {
	const seen = await looked(...looking);
	const ready = await withLinks(seen, looking);
	if (!seen.fault) return ready;
	const failure_reason = `the job is completed, but its video ${seen.fault.reason}`;
	return {
		report: { ...ready.report, video_url: null, video_url_expires_at: null, failure_reason },
	};
}

async function withLinks(
	{ report, video, refusals = [] }: Seen,
	[, { links }, ports]: Looking,
): Promise<JobResult> {
	return { report: await linked({ report, refusals }, links, ports.linkMaker), video };
}

interface Seen extends JobResult, Partial<Pick<Verified, 'refusals'>> {
	fault?: VideoFault;
}

/** A look that does not come to its end in time finds nothing out, and costs nothing: the video is paid for. */
async function looked(...[found, { record, links }, ports, store]: Looking): Promise<Seen> {
	const { readFacts, onDenied } = ports;
	const isSpare = found.video !== undefined && found.report.minio_key !== null && readFacts;
	const seen = isSpare ? { report: found.report } : await inlineSeen(found, record, ports, store);
	const { report } = seen;
	if (seen.fault || seen.video || !readFacts || report.minio_key === null) return seen;
	// One that was stored here a moment ago is of no other job, whatever the times of the record say.
	const judgedBy = found.video && !isSpare ? undefined : record;
	const verified = await store.attempt(
		'The video was not looked at in MinIO',
		async (bucket) => {
			const checked = await verify(report, judgedBy, { bucket, readFacts });
			if (checked.refusals.some(({ isDenied }) => isDenied)) onDenied?.('readResult', bucket.name);
			return checked;
		},
		LIMITS.verifyMs,
	);
	if (isSpare && verified?.fault?.code === 'VIDEO_MISSING')
		return await looked({ ...found, report: withoutKey(report) }, { record, links }, ports, store);
	// Where nobody can open what is stored, the video itself is given out.
	const isOutOfReach = verified?.refusals.some(({ key }) => key === report.minio_key) ?? true;
	const video = isOutOfReach ? found.video : undefined;
	return { ...(verified ?? { report }), ...(video ? { video } : {}) };
}

function withoutKey(report: JobReport): JobReport {
	return { ...report, minio_key: null, video_url: null };
}

/** A video in the worker's answer goes where there is a bucket for it: never one that is cut off, over one that is whole. */
async function inlineSeen(
	{ report, video }: JobResult,
	record: JobRecord | undefined,
	{ readFacts, readContent }: ResultPorts,
	store: OptionalStore,
): Promise<Seen> {
	if (!video) return { report };
	const sized = { ...report, size_bytes: video.content.length };
	const isMp4 = video.type.extension !== 'webm';
	const facts = isMp4 ? await readContent?.(video.content) : undefined;
	if (isMp4 && readContent && !facts) return { report: sized, fault: CUT_OFF };
	const measured = facts ? withFacts(sized, facts) : sized;
	return readFacts
		? await storeInline({ report: measured, video }, record, store)
		: { report: measured, video };
}

const CUT_OFF: VideoFault = {
	code: 'VIDEO_BROKEN',
	reason: "cannot be played: what the worker's answer holds is not a complete MP4",
};
