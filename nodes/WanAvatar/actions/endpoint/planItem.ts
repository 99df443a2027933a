import type { IDataObject } from 'n8n-workflow';
import type { Plan, PlanStep } from '../../../../lib/deployment/plan/plan';

/** A plan as fields of an item. */
export function planFields({ name, steps, kept, notes }: Plan): IDataObject {
	return {
		name,
		steps: steps.map(stepFields),
		kept: kept.map((setting) => ({ ...setting })),
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
