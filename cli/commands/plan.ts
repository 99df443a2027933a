import { prepareDeployment } from '../../lib/deployment/apply/deploy';
import { changesSomething } from '../../lib/deployment/plan/plan';
import { parseSettings, type RawSettings } from '../../lib/deployment/settings/deploymentSettings';
import { connect } from '../setup/connect';
import { EXIT, type ExitCode } from '../output/exitCodes';
import { planText } from '../output/planText';
import type { NextLines } from '../output/nextLines';
import type { Terminal } from '../output/terminal';

export interface PlanFlags {
	json?: boolean;
	rotateRegistryAuth?: boolean;
}

/** Shows what deploy would do; sends reading requests alone. */
export async function plan(
	raw: RawSettings,
	{ json, rotateRegistryAuth = false }: PlanFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const { connection, settings } = parseSettings(raw);
	const { management } = connect(connection, settings, terminal.signal);
	const prepared = await prepareDeployment(settings, management, { rotateRegistryAuth });
	const changes = changesSomething(prepared.plan);
	terminal.result(
		json
			? JSON.stringify({ ...prepared.plan, changes_something: changes }, null, 2)
			: planText(prepared.plan, terminal.paint.result),
	);
	if (!changes) terminal.say('Nothing to change.');
	terminal.say(next.afterPlan(changes, rotateRegistryAuth ? ['--rotate-registry-auth'] : []));
	return EXIT.done;
}
