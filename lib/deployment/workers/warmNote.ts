import type { Endpoint } from '../../runpod/management/managementRecords';

/** Says that workers of an endpoint are kept warm, whatever the cause; nothing when none is. */
export function warmNote(min: number | null | undefined): string | undefined {
	if (!min) return undefined;
	return `${workers(min)} kept warm (min workers is ${String(min)}) and paid all the time, whether jobs come or not. If that is not wanted, set min workers to 0: deploy again with RUNPOD_WORKERS_MIN=0, or use Set Workers in n8n or the RunPod console.`;
}

/** The same of a plan: what is kept warm now, and what deploying makes of it. */
export function warmPlanNote(existing: Endpoint | undefined, after: number): string | undefined {
	const now = existing?.workers?.min ?? 0;
	if (existing && now > 0)
		return `${workers(now)} kept warm now by the endpoint ${existing.name} (${existing.id}) and paid all the time, whether jobs come or not. ${whatDeployingDoes(now, after)}`;
	if (after === 0) return undefined;
	return `${workers(after)} kept warm once this is deployed, and paid all the time, whether jobs come or not. ${HOW_TO_END}`;
}

const HOW_TO_END = 'If that is not wanted, set min workers (RUNPOD_WORKERS_MIN) to 0.';

function whatDeployingDoes(now: number, after: number): string {
	if (after === 0) return 'Deploying sets min workers back to 0.';
	const does = after === now ? 'leaves min workers at' : 'sets min workers to';
	return `Deploying ${does} ${String(after)}. ${HOW_TO_END}`;
}

function workers(count: number): string {
	return count === 1 ? '1 worker is' : `${String(count)} workers are`;
}
