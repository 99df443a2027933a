import type { Panel } from '../../charts/lineChart';
import type { BenchRow, Point } from '../rows';

type Frame = Omit<Panel, 'series'> & { kind: 'line' | 'scatter' };

/** The pictures of docs/bench.svg, in their order. */
const FRAMES: Readonly<Record<Point['panel'], Frame>> = {
	jobs: {
		title: 'Wall clock over the longest job, by jobs in one execution',
		x: { name: 'jobs', type: 'category' },
		y: { name: 'times', type: 'log' },
		aim: 1.1,
		kind: 'line',
	},
	lag: {
		title: 'From end to result, 90 %, in % of the run time, by status requests a job',
		x: { name: 'status requests', type: 'value' },
		y: { name: '%', type: 'value' },
		kind: 'scatter',
	},
	memory: {
		title: 'Peak memory over idle with a large file',
		x: { name: '', type: 'category' },
		y: { name: 'MB', type: 'value' },
		aim: 80,
		kind: 'scatter',
	},
	speed: {
		title: 'Speed with a large file',
		x: { name: '', type: 'category' },
		y: { name: 'MB/s', type: 'value' },
		kind: 'scatter',
	},
};

const PANELS = ['jobs', 'lag', 'memory', 'speed'] as const;

/** Those for which the rows have points. */
export function panelsOf(rows: readonly BenchRow[]): Panel[] {
	const points = rows.flatMap((row) => row.points);
	return PANELS.flatMap((panel) => {
		const own = points.filter((point) => point.panel === panel);
		const { kind, ...frame } = FRAMES[panel];
		const names = [...new Set(own.map(({ series }) => series))];
		const series = names.map((name) => ({
			name,
			kind,
			points: own
				.filter((point) => point.series === name)
				.map(({ x, y }) => [frame.x.type === 'category' ? String(x) : x, y] as const),
		}));
		return series.length === 0 ? [] : [{ ...frame, series }];
	});
}
