import { cleanRemoteText } from '../../lib/base/data/remoteText';
import type { ReportedModel, ReportedWorker } from '../../lib/deployment/workers/workerReport';

/** One worker to be read by a person, and the last lines of its log where they are known. */
export function workerLines({
	id,
	status,
	gpu_type,
	models,
	last_log_lines,
}: ReportedWorker): string[] {
	const facts = [status, gpu_type, ...(models ?? []).map(modelText)].filter(Boolean);
	return [
		`  worker ${cleanRemoteText(`${id}: ${facts.join(', ')}`)}`,
		...(last_log_lines ?? []).map((line) => `    | ${line}`),
	];
}

function modelText({ status, failure_phase, failure_reason }: ReportedModel): string {
	const why = [failure_phase, failure_reason].filter(Boolean).join(': ');
	return `model ${status}${why === '' ? '' : ` (${why})`}`;
}
