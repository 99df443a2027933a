import type { IDataObject } from 'n8n-workflow';
import type { Change } from '../../../../lib/deployment/plan/differences';
import type { Kept, Plan, PlanStep } from '../../../../lib/deployment/plan/plan';
import { TEXTS, type ItemOf, type OutputType } from '../../n8n/outputs';

const change = { field: 'string', from: 'string', to: 'string' } as const satisfies Record<
	keyof Change,
	OutputType
>;
const kept = {
	resource: 'string',
	field: 'string',
	value: 'string',
	default: 'string',
} as const satisfies Record<keyof Kept, OutputType>;

export const stepOutputs = {
	resource: 'string',
	action: 'string',
	name: 'string',
	id: 'string',
	changes: [change],
	reason: 'string',
} as const satisfies Record<keyof PlanStep, OutputType>;

export const planOutputs = {
	name: 'string',
	steps: [stepOutputs],
	kept: [kept],
	notes: TEXTS,
} as const satisfies Record<keyof Plan, OutputType>;

/** A plan as fields of an item. */
export function planFields(plan: Plan): ItemOf<typeof planOutputs> {
	const { name, steps, notes } = plan;
	return {
		name,
		steps: steps.map(stepFields),
		kept: plan.kept.map((setting) => ({ ...setting })),
		notes,
	};
}

export function stepFields({ resource, action, name, id, changes, reason }: PlanStep): IDataObject {
	return {
		resource,
		action,
		name,
		id,
		changes: changes.map((change) => ({ ...change })),
		...(reason === undefined ? {} : { reason }),
	};
}
