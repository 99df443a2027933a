import type { Answer } from '../queue/answers';
import { refuse } from './problems';

const MOST = 5000;
const USUAL = 100;

/** One line that a worker has written. */
export interface LogLine {
	source: 'container' | 'system';
	line: string;
	/** As in the answer; default: one second after the other. */
	ts?: string;
}

export const STARTING: readonly LogLine[] = [
	{ source: 'system', line: 'create container' },
	{ source: 'container', line: 'Worker starting.' },
];

/** The head of the answer of `GET …/workers/{id}/logs`, which then stays open for lines to come. */
export function logStream(lines: readonly LogLine[], query: URLSearchParams): Answer {
	const source = query.get('source');
	if (source !== null && source !== 'container' && source !== 'system')
		refuse(422, 'Request validation failed.', [
			"$.source: value must be one of 'container', 'system'",
		]);
	const tail = Number(query.get('tail') ?? USUAL);
	if (!Number.isInteger(tail) || tail < 0 || tail > MOST)
		refuse(422, 'Request validation failed.', [`$.tail: maximum: got ${String(tail)}, want 5000`]);
	const shown = lines.filter((one) => source === null || one.source === source);
	const last = tail === 0 ? [] : shown.slice(-tail);
	return {
		status: 200,
		headers: {
			'content-type': 'text/event-stream',
			'cache-control': 'no-cache',
			'x-accel-buffering': 'no',
		},
		body: last.map((one, i) => event(one, i)).join(''),
	};
}

function event({ source, line, ts }: LogLine, count: number): string {
	const at = ts ?? new Date(Date.UTC(2026, 5, 1, 12, 5, count)).toISOString();
	return `id: ${at}/${String(count).padStart(12, '0')}\ndata: ${JSON.stringify({ ts: at, source, line })}\n\n`;
}
