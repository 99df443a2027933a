import { cellsOf, nameOf } from './plan';
import type { CellReport } from './report';
import { faultNames, services } from './matrix';
import type { Subject } from './subject';

const WIDTH = 13;

const LEGEND = `Each cell: POSTs to /run and /retry / cancels / jobs that run at the end. "!" is red, "." was over before Stop,
"?" was not run. "after Stop" is the same with Stop, or Ctrl+C, pressed while the fault is met.`;

/** The whole table, and beneath it what cannot apply. */
export function tableOf(
	chosen: readonly Subject[],
	reports: ReadonlyMap<string, CellReport>,
): string {
	const first = Math.max(...chosen.map(({ name }) => name.length)) + 36;
	const head = `${''.padEnd(first)}${faultNames.map((name) => name.padEnd(WIDTH)).join('')}`;
	return [
		LEGEND,
		'',
		head,
		...chosen.flatMap((one) => rowsOf(one, reports, first)),
		'',
		...strangersOf(chosen),
	].join('\n');
}

function rowsOf(
	subject: Subject,
	reports: ReadonlyMap<string, CellReport>,
	first: number,
): string[] {
	const rows = new Map<string, string[]>();
	for (const cell of cellsOf([subject])) {
		const { service, phase, isStopped } = cell;
		const title = `${subject.name}  ${service} (${phase.name})${isStopped ? ', after Stop' : ''}`;
		const texts = rows.get(title) ?? [];
		texts.push(textOf(reports.get(nameOf(cell))).padEnd(WIDTH));
		rows.set(title, texts);
	}
	return [...rows].map(([title, texts]) => `${title.padEnd(first)}${texts.join('')}`.trimEnd());
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
