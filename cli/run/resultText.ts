import { microUsdOf, usdText } from '../../lib/cost/money';
import type { JobReport } from '../../lib/generation/report/report';

/** What a finished job has come to, a line for each part. */
export function resultText(report: JobReport): string {
	const { job_id, minio_key, warnings } = report;
	const times = [
		timeText('waited', report.delay_time_ms),
		timeText('ran', report.execution_time_ms),
	].filter((text) => text !== '');
	const first = [`Job ${job_id} is completed`, times.join(' and ')].filter((text) => text !== '');
	return [
		`${first.join(': it ')}.`,
		...videoLine(report),
		...costLine(report),
		...(minio_key === null ? [] : [`  in the bucket: ${minio_key}`]),
		...warnings.map((warning) => `Note: ${warning}`),
	].join('\n');
}

function videoLine({ width, height, fps, duration_seconds, size_bytes }: JobReport): string[] {
	const facts = [
		width === null || height === null ? '' : `${String(width)}x${String(height)}`,
		fps === null ? '' : `${String(fps)} fps`,
		duration_seconds === null ? '' : `${duration_seconds.toFixed(1)} s`,
		size_bytes === null ? '' : `${(size_bytes / 1_000_000).toFixed(2)} MB`,
	].filter((text) => text !== '');
	return facts.length === 0 ? [] : [`  video: ${facts.join(', ')}`];
}

function costLine({ cost_usd_min, cost_usd_max, gpu_type }: JobReport): string[] {
	if (cost_usd_min === null || cost_usd_max === null) return [];
	const [least, most] = [usdText(microUsdOf(cost_usd_min)), usdText(microUsdOf(cost_usd_max))];
	const where = gpu_type === null ? '' : `, on ${gpu_type}`;
	return [`  cost: ${least === most ? most : `${least} to ${most}`} USD at list prices${where}`];
}

function timeText(what: string, ms: number | null): string {
	return ms === null ? '' : `${what} ${String(Math.round(ms / 1000))} s`;
}
