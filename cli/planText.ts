import type { Action, Kept, Plan, PlanStep } from '../lib/deployment/plan';

const SIGNS: Readonly<Record<Action, string>> = {
	create: '+',
	update: '~',
	replace: '!',
	delete: '-',
	keep: '=',
};

/** A plan to be read by a person, one line a field. */
export function planText({ name, steps, kept, notes }: Plan): string {
	return [
		`Plan for ${name}`,
		...steps.flatMap((step) => [
			...stepLines(step),
			...kept.filter(({ resource }) => resource === step.resource).map(keptLine),
		]),
		...notes.map((note) => `  Note: ${note}`),
	].join('\n');
}

function stepLines(step: PlanStep): string[] {
	const { action, changes, reason } = step;
	return [
		`  ${SIGNS[action]} ${action.padEnd(7)} ${stepName(step)}${reason ? `: ${reason}` : ''}`,
		...changes.map(({ field, from, to }) =>
			from === 'nothing' ? `      ${field}: ${to}` : `      ${field}: ${from} → ${to}`,
		),
	];
}

function keptLine({ field, value, default: fallback }: Kept): string {
	return `      ${field}: ${value} kept (default ${fallback})`;
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

/** What is said while a step is carried out. */
export function progressText(step: PlanStep): string {
	return `${DOING[step.action]} ${stepName(step)} …`;
}
