import { applyDestroy, planDestroy } from '../../lib/deployment/apply/destroy';
import { readExisting } from '../../lib/deployment/plan/existing';
import { openJobsOf, type OpenJobs } from '../../lib/deployment/workers/openJobs';
import { changesSomething } from '../../lib/deployment/plan/plan';
import { parseTarget, type RawSettings } from '../../lib/deployment/settings/deploymentSettings';
import { connect } from '../setup/connect';
import { EXIT, type ExitCode } from '../output/exitCodes';
import { planText, saysSteps, stepName } from '../output/planText';
import type { NextLines } from '../output/nextLines';
import type { Terminal } from '../output/terminal';

export interface DestroyFlags {
	json?: boolean;
	yes?: boolean;
}

/** Shows what would be taken down, asks, and takes it down; what others use stays. */
export async function destroy(
	raw: RawSettings,
	{ json, yes }: DestroyFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const target = parseTarget(raw);
	const { connection, name, ids } = target;
	const { management, queueOf, ...ports } = connect(connection, target, terminal.signal);
	const existing = await readExisting(management, name, ids);
	const plan = planDestroy(existing);
	const { endpoint } = existing;
	const jobs = endpoint && (await openJobsOf({ queue: queueOf(endpoint.id), ...ports }));
	const isNeeded = changesSomething(plan);
	const notes = endpoint ? [...plan.notes, openJobsText(jobs)] : plan.notes;
	terminal.say(planText({ ...plan, notes }, terminal.paint.say, 'destroy'));
	if (!isNeeded) terminal.say('Nothing to delete.');
	else if (!yes) await terminal.confirm('Delete all of this?');
	const steps = await applyDestroy(plan, existing, {
		management,
		onStep: saysSteps(terminal),
	});
	for (const step of steps)
		if (step.action === 'keep') terminal.say(`Kept ${stepName(step)}: ${step.reason ?? ''}`);
	if (json)
		terminal.result(JSON.stringify({ name: plan.name, steps, open_jobs: jobs ?? null }, null, 2));
	terminal.say(next.afterDestroy(isNeeded));
	return EXIT.done;
}

function openJobsText(jobs: OpenJobs | undefined): string {
	if (!jobs) return 'How many jobs wait and run is not known: RunPod did not tell.';
	const { in_queue, in_progress } = jobs;
	const counts = `${String(in_queue)} waiting and ${String(in_progress)} running`;
	return in_queue + in_progress === 0
		? 'No job waits or runs.'
		: `Jobs that are lost with the endpoint: ${counts}.`;
}
