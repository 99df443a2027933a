import { readLinked } from '../../lib/deployment/plan/existing';
import { planImage, putImage } from '../../lib/deployment/apply/imageUpdate';
import { changesSomething } from '../../lib/deployment/plan/plan';
import {
	parseImageTarget,
	type RawSettings,
} from '../../lib/deployment/settings/deploymentSettings';
import { connect } from '../setup/connect';
import { EXIT, type ExitCode } from '../output/exitCodes';
import { notDeployed } from '../output/notDeployed';
import { planText, saysSteps } from '../output/planText';
import type { NextLines } from '../output/nextLines';
import type { Terminal } from '../output/terminal';

export interface UpdateImageFlags {
	json?: boolean;
	yes?: boolean;
}

/** Shows where the image changes, asks, and puts it into endpoint and template; all else stays. */
export async function updateImage(
	raw: RawSettings,
	{ json, yes }: UpdateImageFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const target = parseImageTarget(raw);
	const { connection, name, ids, image } = target;
	const { management } = connect(connection, target, terminal.signal);
	const { endpoint, template } = await readLinked(management, name, ids);
	if (!endpoint) throw notDeployed(name);
	const plan = planImage(image, { endpoint, template });
	terminal.say(planText(plan, terminal.paint.say));
	if (!changesSomething(plan)) terminal.say('Nothing to change.');
	else if (!yes) await terminal.confirm('Apply this plan?');
	const { templateId, changed } = await putImage(
		image,
		{ endpoint, template },
		management,
		saysSteps(terminal),
	);
	const invoke_base = `${connection.queueBaseUrl}/${endpoint.id}`;
	const result = { endpoint_id: endpoint.id, template_id: templateId, image, invoke_base, changed };
	terminal.result(json ? JSON.stringify({ ...result, ...plan }, null, 2) : invoke_base);
	terminal.say(next.afterImage(changed));
	return EXIT.done;
}
