import { applyDestroy, planDestroy } from '../../lib/deployment/destroy';
import { readExisting } from '../../lib/deployment/existing';
import { changesSomething } from '../../lib/deployment/plan';
import { parseTarget, type RawSettings } from '../../lib/deployment/settings';
import { connect } from '../connect';
import { EXIT, type ExitCode } from '../exitCodes';
import { planText, progressText, stepName } from '../planText';
import type { Terminal } from '../terminal';

export interface DestroyFlags {
	json?: boolean;
	yes?: boolean;
}

/** Shows what would be taken down, asks, and takes it down; what others use stays. */
export async function destroy(
	raw: RawSettings,
	{ json, yes }: DestroyFlags,
	terminal: Terminal,
): Promise<ExitCode> {
	const target = parseTarget(raw);
	const { connection, name, ids } = target;
	const { management } = connect(connection, target, terminal.signal);
	const existing = await readExisting(management, name, ids);
	const plan = planDestroy(existing);
	terminal.say(planText(plan));
	if (!changesSomething(plan)) terminal.say('Nothing to delete.');
	else if (!yes) await terminal.confirm('Delete all of this?');
	const steps = await applyDestroy(plan, existing, {
		management,
		onStep: (step) => {
			terminal.say(progressText(step));
		},
	});
	for (const step of steps)
		if (step.action === 'keep') terminal.say(`Kept ${stepName(step)}: ${step.reason ?? ''}`);
	if (json) terminal.result(JSON.stringify({ name: plan.name, steps }, null, 2));
	return EXIT.done;
}
