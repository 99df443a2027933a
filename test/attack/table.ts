import type { Cell } from './cell';
import { cellsOf, nameOf } from './plan';
import type { CellReport } from './report';
import { faultNames, services } from './matrix';
import type { Subject } from './subjects/subject';

const WIDTH = 13;

const LEGEND = `Each cell: POSTs to /run and /retry / cancels / jobs that run at the end. "!" is red, "." was over before Stop,
"?" was not run. "after Stop" is the same with Stop, or Ctrl+C, pressed while the fault is met. A lasting refusal (3xx)
cancels no job, since it may well run and be paid for: then a job may run on.`;

/** The whole table, and beneath it what cannot apply. */
export function tableOf(
	chosen: readonly Subject[],
	reports: ReadonlyMap<string, CellReport>,
): string {
	const rows = new Map<string, string[]>();
	for (const cell of cellsOf(chosen)) {
		const title = titleOf(cell);
		rows.set(title, [...(rows.get(title) ?? []), textOf(reports.get(nameOf(cell)))]);
	}
	const first = Math.max(...Array.from(rows.keys(), ({ length }) => length)) + 2;
	const lineOf = (title: string, texts: readonly string[]) =>
		`${title.padEnd(first)}${texts.map((text) => text.padEnd(WIDTH)).join('')}`.trimEnd();
	const lines = Array.from(rows, ([title, texts]) => lineOf(title, texts));
	return [LEGEND, '', lineOf('', faultNames), ...lines, '', ...strangersOf(chosen)].join('\n');
}

function titleOf({ subject, service, phase, isStopped }: Cell): string {
	return `${subject.name}  ${service} (${phase.name})${isStopped ? ', after Stop' : ''}`;
}

function textOf(report: CellReport | undefined): string {
	if (!report) return '?';
	const { posts, cancels, running, reds, endedBeforeStop } = report;
	const counts = [posts, cancels, running].join('/');
	return `${counts}${reds.length > 0 ? ' !' : ''}${endedBeforeStop ? ' .' : ''}`;
}

/** Cells that cannot apply; that no request came is looked at in every cell and in a run without any fault. */
function strangersOf(chosen: readonly Subject[]): string[] {
	const lines = chosen.flatMap(({ name, phases }) => {
		const never = services.filter((service) => phases[service] === undefined);
		return never.length > 0 ? [`  ${name}: ${never.join(', ')}`] : [];
	});
	return ['Cells that cannot apply, since the operation never speaks to the service:', ...lines];
}
