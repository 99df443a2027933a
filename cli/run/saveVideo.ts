import { Readable } from 'node:stream';
import { joinSignals } from '../../lib/base/async/abort';
import type { InlineVideo } from '../../lib/base/data/inlineText';
import { StoreRefusal } from '../../lib/base/errors/accessDenied';
import { WanAvatarError } from '../../lib/base/errors/errors';
import { BY_STATUS, storedAs } from '../../lib/contract/storedAs';
import type { JobReport } from '../../lib/generation/report/report';
import { HttpFailure, openDownload } from '../../lib/runpod/http/http';
import type { Bucket } from '../../lib/storage/objects/bucket';
import { NotAVideo, writeFault, writeVideo, type OutFile } from './outFile';

/** Where a video comes from, and what ends its copying. */
export interface VideoSource {
	report: JobReport;
	/** Where it lies nowhere else. */
	video: InlineVideo | undefined;
	bucket: Bucket | undefined;
	signals: readonly (AbortSignal | undefined)[];
}

/**
 * Saves the video of a finished job.
 * @returns where it is
 * @throws WanAvatarError STORAGE, STOPPED that says where the video is to be had
 */
export async function saveVideo(source: VideoSource, out: OutFile): Promise<string> {
	const { signal, release } = joinSignals(source.signals);
	const { report } = source;
	try {
		const { content, isFromLink } = await contentOf(source, signal);
		const how = { jobId: report.job_id, signal, mustBeMp4: isFromLink };
		return await writeVideo(content, out, how);
	} catch (error) {
		if (error instanceof WanAvatarError) throw error;
		if (signal.aborted) throw stoppedWhileSaving(source);
		throw notSaved(source, out, error);
	} finally {
		release();
	}
}

/** Only where there is a record of the job does the same command take its video. */
function stoppedWhileSaving({ report, bucket }: VideoSource): WanAvatarError {
	const { job_id, minio_key } = report;
	const again = bucket
		? 'Run it again: the video is taken from the bucket, and not paid for again'
		: 'Running it again makes another, which is paid for too';
	return new WanAvatarError('STOPPED', `Stopped while the video of job ${job_id} was saved`, {
		remedy: `The job is finished and paid for${storedAs('there', minio_key)}. ${again}.`,
	});
}

interface Content {
	content: Readable;
	isFromLink: boolean;
}

async function contentOf(
	{ report, video, bucket }: VideoSource,
	signal: AbortSignal,
): Promise<Content> {
	const { minio_key, video_url, size_bytes } = report;
	if (video) return { content: Readable.from([video.content]), isFromLink: false };
	if (bucket && minio_key !== null)
		try {
			const { content } = await bucket.within(signal).getStream(minio_key, size_bytes);
			return { content, isFromLink: false };
		} catch (error) {
			// The worker's own link may open all the same.
			if (!(error instanceof StoreRefusal) || video_url === null) throw error;
		}
	if (video_url === null) throw failedLink(report, 'there is no link to it');
	return { content: await linked(video_url, report, signal), isFromLink: true };
}

async function linked(url: string, report: JobReport, signal: AbortSignal): Promise<Readable> {
	const { status, content } = await openDownload(url, signal);
	if (status === 200) return content;
	// Without a listener the end of a body that nobody reads would end the whole process.
	content.on('error', () => undefined).destroy();
	throw failedLink(report, `${new URL(url).host} answered with HTTP ${String(status)}`);
}

function failedLink({ job_id, minio_key }: JobReport, why: string): WanAvatarError {
	return new WanAvatarError(
		'STORAGE',
		`The video of job ${job_id} could not be downloaded: ${why}`,
		{
			remedy: `The job is finished and paid for${storedAs('there', minio_key)}. Running it again makes another: with the MINIO_… settings it would be taken from the bucket itself.`,
		},
	);
}

function notSaved(
	{ report, video, bucket }: VideoSource,
	{ path }: OutFile,
	error: unknown,
): WanAvatarError {
	if (error instanceof NotAVideo) return failedLink(report, 'what its link gives is no whole MP4');
	if (error instanceof HttpFailure) return failedLink(report, `its link is dead (${error.code})`);
	const elsewhere = video ? BY_STATUS : 'Download it from the bucket';
	const again = bucket
		? 'Run it again with another --out: the video is taken from the bucket, and not paid for again'
		: `${elsewhere}: running it again makes another`;
	return new WanAvatarError(
		'STORAGE',
		`The video of job ${report.job_id} could not be written to ${path} (${writeFault(error)})`,
		{
			remedy: `The job is finished and paid for${storedAs('there', report.minio_key)}. ${again}.`,
		},
	);
}
