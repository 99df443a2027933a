import type { LinkWish } from '../contract/link';
import { LIMITS } from '../contract/limits';
import type { LinkMaker } from '../storage/links';
import type { OnDenied } from './deniedRights';
import { badVideo } from './failures';
import { linked } from './links';
import type { OptionalStore } from './optionalStore';
import type { JobRecord } from './record';
import type { JobReport } from './report';
import { verify, type ReadFacts, type Verified } from './verify';

/** Whom a finished job's report is made ready with. */
export interface ResultPorts {
	/** Missing where the node has no MinIO credential: then nothing is looked at. */
	readFacts?: ReadFacts | undefined;
	links: LinkMaker;
	onDenied?: OnDenied | undefined;
}

/** What is known of the result beside the worker's words. */
export interface ResultContext {
	/** By its times in the store's clock an object of an earlier job is told. */
	record: JobRecord | undefined;
	links: LinkWish;
}

/**
 * A report as it is given out: its video looked at, its links made.
 * @throws WanAvatarError VIDEO_MISSING, VIDEO_BROKEN
 */
export async function requireResult(
	report: JobReport,
	context: ResultContext,
	ports: ResultPorts,
	store: OptionalStore,
): Promise<JobReport> {
	const verified = await looked(report, context, ports, store);
	if (verified.fault) throw badVideo(verified.report, verified.fault);
	return await linked(verified, context.links, ports.links);
}

/**
 * The same; nothing where the video is broken, as a job that failed has none.
 * @throws WanAvatarError VIDEO_MISSING: the job may have stored it where the node does not look, and is paid for
 */
export async function findResult(
	report: JobReport,
	context: ResultContext,
	ports: ResultPorts,
	store: OptionalStore,
): Promise<JobReport | undefined> {
	const verified = await looked(report, context, ports, store);
	if (verified.fault?.code === 'VIDEO_MISSING') throw badVideo(verified.report, verified.fault);
	return verified.fault ? undefined : await linked(verified, context.links, ports.links);
}

/** The same as an answer in any case: one without a good video says why, and has no link to it. */
export async function describeResult(
	report: JobReport,
	context: ResultContext,
	ports: ResultPorts,
	store: OptionalStore,
): Promise<JobReport> {
	const verified = await looked(report, context, ports, store);
	const ready = await linked(verified, context.links, ports.links);
	const { fault } = verified;
	if (!fault) return ready;
	const failure_reason = `the job is completed, but its video ${fault.reason}`;
	return { ...ready, video_url: null, video_url_expires_at: null, failure_reason };
}

/** A look that does not come to its end in time finds nothing out, and costs nothing: the video is paid for. */
async function looked(
	report: JobReport,
	{ record }: ResultContext,
	{ readFacts, onDenied }: ResultPorts,
	store: OptionalStore,
): Promise<Verified> {
	if (!readFacts || report.minio_key === null) return { report, deniedKeys: [] };
	const verified = await store.attempt(
		'The video was not looked at in MinIO',
		async (bucket) => {
			const seen = await verify(report, record, { bucket, readFacts });
			if (seen.deniedKeys.length > 0) onDenied?.('readResult', bucket.name);
			return seen;
		},
		LIMITS.verifyMs,
	);
	return verified ?? { report, deniedKeys: [] };
}
