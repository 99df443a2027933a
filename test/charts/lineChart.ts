import { writeFileSync } from 'node:fs';
import { LineChart, ScatterChart } from 'echarts/charts';
import {
	GridComponent,
	LegendComponent,
	MarkLineComponent,
	TitleComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
	GridComponent,
	LegendComponent,
	LineChart,
	MarkLineComponent,
	ScatterChart,
	SVGRenderer,
	TitleComponent,
]);

export interface Axis {
	name: string;
	type: 'value' | 'log' | 'category';
}

export interface Series {
	name: string;
	/** x and y; a category is a text. */
	points: readonly (readonly [number | string, number])[];
	kind?: 'line' | 'scatter';
}

export interface Panel {
	title: string;
	x: Axis;
	y: Axis;
	series: readonly Series[];
	/** A line across at this value. */
	aim?: number;
}

const PANEL = { width: 760, height: 320 };

/** A picture of one or more panels, one below the other, as the text of an SVG file. */
export function chartOf(panels: readonly Panel[]): string {
	const chart = init(null, null, {
		renderer: 'svg',
		ssr: true,
		width: PANEL.width,
		height: PANEL.height * panels.length,
	});
	chart.setOption({
		animation: false,
		backgroundColor: '#ffffff',
		title: panels.map(({ title }, i) => ({
			text: title,
			top: i * PANEL.height + 8,
			left: 60,
			textStyle: { fontSize: 14 },
		})),
		legend: panels.map(({ series }, i) => ({
			data: series.map(({ name }) => name),
			top: i * PANEL.height + 32,
			left: 60,
		})),
		grid: panels.map((_, i) => ({
			top: i * PANEL.height + 72,
			height: PANEL.height - 130,
			left: 60,
			right: 40,
		})),
		xAxis: panels.map(({ x }, i) => ({ ...x, gridIndex: i, nameLocation: 'middle', nameGap: 28 })),
		yAxis: panels.map(({ y }, i) => ({ ...y, gridIndex: i })),
		series: panels.flatMap(({ series, aim }, i) =>
			series.map(({ name, points, kind }, order) => ({
				type: kind ?? 'line',
				name,
				data: points.map((point) => [...point]),
				xAxisIndex: i,
				yAxisIndex: i,
				symbolSize: 5,
				...(aim !== undefined && order === 0
					? {
							markLine: {
								symbol: 'none',
								lineStyle: { color: '#888888' },
								data: [{ yAxis: aim, name: 'aim' }],
							},
						}
					: {}),
			})),
		),
	});
	const svg = chart.renderToSVGString();
	chart.dispose();
	return svg;
}

export function writeChart(path: string, panels: readonly Panel[]): void {
	writeFileSync(path, `${chartOf(panels)}\n`);
}
