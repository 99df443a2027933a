import type { InlineVideo } from '../../base/data/inlineText';
import type { JobState } from '../../runpod/queue/job';
import type { OptionalStore } from './optionalStore';
import { reportOf, type JobReference, type JobReport } from './report';

/** What became of a job, as it is given out: its report, and the video itself where it lies nowhere else. */
export interface JobResult {
	report: JobReport;
	video?: InlineVideo | undefined;
	/** The job goes on: this is how it was when nobody waited for it any longer. */
	isGoing?: true;
}

/** A result whose video stood in the answer itself. */
export interface InlineResult extends JobResult {
	video: InlineVideo;
}

/** What a look at a job says, with the video that stands in its answer. */
export function resultOf(job: JobReference, look: JobState): JobResult {
	const report = reportOf(job, look);
	return look.tag === 'completed' && look.video ? { report, video: look.video } : { report };
}

export function warned(report: JobReport, sentence: string): JobReport {
	return { ...report, warnings: [...report.warnings, sentence] };
}

/** The report with what could not be done in the bucket for it. */
export function withWarningsOf(
	store: Pick<OptionalStore, 'warnings'>,
	report: JobReport,
): JobReport {
	return { ...report, warnings: [...new Set([...report.warnings, ...store.warnings()])] };
}
