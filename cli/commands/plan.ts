import { prepareDeployment } from '../../lib/deployment/deploy';
import { changesSomething } from '../../lib/deployment/plan';
import { parseSettings, type RawSettings } from '../../lib/deployment/settings';
import { connect } from '../connect';
import { EXIT, type ExitCode } from '../exitCodes';
import { planText } from '../planText';
import type { Terminal } from '../terminal';

export interface PlanFlags {
	json?: boolean;
	rotateRegistryAuth?: boolean;
}

/** Shows what deploy would do; sends reading requests alone. */
export async function plan(
	raw: RawSettings,
	{ json, rotateRegistryAuth = false }: PlanFlags,
	terminal: Terminal,
): Promise<ExitCode> {
	const { connection, settings } = parseSettings(raw);
	const { management } = connect(connection, settings, terminal.signal);
	const prepared = await prepareDeployment(settings, management, { rotateRegistryAuth });
	const changes = changesSomething(prepared.plan);
	if (json) {
		terminal.result(JSON.stringify({ ...prepared.plan, changes_something: changes }, null, 2));
		return EXIT.done;
	}
	terminal.result(planText(prepared.plan));
	if (!changes) terminal.result('Nothing to change.');
	return EXIT.done;
}
