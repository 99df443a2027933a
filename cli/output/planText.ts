import type { Action, Kept, Plan, PlanStep } from '../../lib/deployment/plan/plan';
import type { Paint } from './paint';
import type { Terminal } from './terminal';

const SIGNS: Readonly<Record<Action, string>> = {
	create: '+',
	update: '~',
	replace: '!',
	delete: '-',
	keep: '=',
};

const MARKS: Readonly<Record<Action, keyof Paint>> = {
	create: 'added',
	update: 'changed',
	replace: 'changed',
	delete: 'removed',
	keep: 'faint',
};

/** What a plan is for, and so what its last line counts. */
const COUNTED = {
	deploy: [
		['to create', ['create']],
		['to change', ['update', 'replace']],
		['kept', ['keep']],
	],
	destroy: [
		['to delete', ['delete']],
		['kept', ['keep']],
	],
} as const satisfies Record<string, readonly (readonly [string, readonly Action[]])[]>;

/** A plan to be read by a person, one line a field; the last line counts its steps. */
export function planText(
	{ name, steps, kept, notes }: Plan,
	paint: Paint,
	purpose: keyof typeof COUNTED = 'deploy',
): string {
	return [
		paint.heading(`Plan for ${name}`),
		...steps.flatMap((step) => [
			...stepLines(step, paint),
			...kept
				.filter(({ resource }) => resource === step.resource)
				.map((one) => paint.faint(keptLine(one))),
		]),
		...notes.map((note) => `  Note: ${note}`),
		paint.heading(countText(steps, purpose)),
	].join('\n');
}

function stepLines(step: PlanStep, paint: Paint): string[] {
	const { action, changes, reason } = step;
	const mark = paint[MARKS[action]];
	return [
		mark(`  ${SIGNS[action]} ${action.padEnd(7)} ${stepName(step)}${reason ? `: ${reason}` : ''}`),
		...changes.map(({ field, from, to }) =>
			from === 'nothing' ? `      ${field}: ${to}` : `      ${field}: ${from} → ${to}`,
		),
	];
}

function keptLine({ field, value, default: fallback }: Kept): string {
	return `      ${field}: ${value} kept (default ${fallback})`;
}

/** Such as "1 to create, 2 to change, 0 kept". */
function countText(steps: readonly PlanStep[], purpose: keyof typeof COUNTED): string {
	return COUNTED[purpose]
		.map(([words, actions]) => {
			const counted = new Set<Action>(actions);
			return `${String(steps.filter(({ action }) => counted.has(action)).length)} ${words}`;
		})
		.join(', ');
}

export function stepName({ resource, name, id }: PlanStep): string {
	return `${resource} ${name}${id ? ` (${id})` : ''}`;
}

const DOING: Readonly<Record<Action, string>> = {
	create: 'Creating',
	update: 'Updating',
	replace: 'Replacing',
	delete: 'Deleting',
	keep: 'Keeping',
};

/** Says which step is carried out; after a stop none is begun any more. */
export function saysSteps({ say, signal }: Pick<Terminal, 'say' | 'signal'>) {
	return (step: PlanStep): void => {
		if (!signal.aborted) say(`${DOING[step.action]} ${stepName(step)} …`);
	};
}
