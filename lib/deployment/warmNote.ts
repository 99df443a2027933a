import type { Endpoint } from '../runpod/managementRecords';

/** Says that workers of an endpoint are kept warm, whatever the cause; nothing when none is. */
export function warmNote(min: number | null | undefined): string | undefined {
	if (!min) return undefined;
	return `${workers(min)} kept warm (min workers is ${String(min)}) and paid all the time, whether jobs come or not. If that is not wanted, set min workers to 0: deploy again with RUNPOD_WORKERS_MIN=0, its default, or use Set Workers in n8n or the RunPod console.`;
}

/** The same of a plan: what is kept warm now, and what deploying makes of it. */
export function warmPlanNote(existing: Endpoint | undefined, wanted: number): string | undefined {
	const now = existing?.workers?.min ?? 0;
	if (existing && now > 0)
		return `${workers(now)} kept warm now by the endpoint ${existing.name} (${existing.id}) and paid all the time, whether jobs come or not. ${whatDeployingDoes(wanted)}`;
	if (wanted === 0) return undefined;
	return `${workers(wanted)} kept warm once this is deployed, and paid all the time, whether jobs come or not. ${HOW_TO_END}`;
}

const HOW_TO_END = 'If that is not wanted, set min workers (RUNPOD_WORKERS_MIN) to 0.';

function whatDeployingDoes(wanted: number): string {
	if (wanted === 0) return 'Deploying sets min workers back to 0.';
	return `Deploying leaves min workers at ${String(wanted)}. ${HOW_TO_END}`;
}

function workers(count: number): string {
	return count === 1 ? '1 worker is' : `${String(count)} workers are`;
}
