import { deploy as deployPrepared, prepareDeployment } from '../../lib/deployment/apply/deploy';
import { waitForWorker } from '../../lib/deployment/apply/firstWorker';
import type { HealthReport } from '../../lib/deployment/workers/endpointHealth';
import { reportWorkers } from '../../lib/deployment/workers/workerReport';
import { changesSomething } from '../../lib/deployment/plan/plan';
import { stillWarm } from '../../lib/deployment/apply/warmWorker';
import { parseSettings, type RawSettings } from '../../lib/deployment/settings/deploymentSettings';
import { connect, type Connection } from '../setup/connect';
import { EXIT, type ExitCode } from '../output/exitCodes';
import { planText, saysSteps } from '../output/planText';
import { waitText } from '../output/waitText';
import { workerLines } from '../output/workerText';
import type { NextLines } from '../output/nextLines';
import type { LeftBehind, Terminal } from '../output/terminal';
import type { PlanFlags } from './plan';

export interface DeployFlags extends PlanFlags {
	yes?: boolean;
	wait?: boolean;
	/** Minutes. */
	waitTimeout: number;
}

/** Shows the plan, asks, applies it, and prints the invoke base last and alone on stdout. */
export async function deploy(
	raw: RawSettings,
	{ json, yes, wait, waitTimeout, rotateRegistryAuth = false }: DeployFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const { connection, settings } = parseSettings(raw);
	const ports = connect(connection, settings, terminal.signal);
	const prepared = await prepareDeployment(settings, ports.management, { rotateRegistryAuth });
	terminal.say(planText(prepared.plan, terminal.paint.say));
	if (!changesSomething(prepared.plan)) terminal.say('Nothing to change.');
	else if (!yes) await terminal.confirm('Apply this plan?');
	const deployment = await deployPrepared(prepared, connection.queueBaseUrl, {
		...ports,
		onStep: saysSteps(terminal),
	});
	if (!deployment.served && !terminal.signal.aborted)
		terminal.say('The queue API does not know the endpoint yet: jobs may get 404 for a while.');
	const end = wait ? await awaitWorker(deployment.endpoint_id, ports, waitTimeout, terminal) : {};
	// The endpoint is there, also when no worker of it is ready; with --json the error is the result.
	if (!json) terminal.result(deployment.invoke_base);
	if ('error' in end) throw end.error;
	if (json) terminal.result(JSON.stringify({ ...deployment, ...prepared.plan, ...end }, null, 2));
	if (terminal.signal.aborted) return EXIT.interrupted;
	terminal.say(next.afterDeploy());
	return EXIT.done;
}

function warmWorkerLeft(endpointId: string): LeftBehind {
	return {
		undoing: `Setting min workers of the endpoint ${endpointId} back to 0 first, which is tried for up to 30 s.`,
		left: stillWarm(endpointId),
	};
}

async function awaitWorker(
	endpointId: string,
	connection: Connection,
	timeoutMinutes: number,
	terminal: Terminal,
): Promise<{ health: HealthReport } | { error: unknown }> {
	const { management, afterStop, queueOf, clock, signal } = connection;
	if (!signal.aborted)
		terminal.say(`Waiting for the first worker, at most ${String(timeoutMinutes)} min …`);
	const startMs = clock.monotonic();
	const ready = waitForWorker(
		endpointId,
		{
			management,
			afterStop,
			queue: queueOf(endpointId),
			clock,
			signal,
			onWarm: (isWarm) => {
				terminal.leavesBehind(isWarm ? warmWorkerLeft(endpointId) : undefined);
			},
			onLook: (report) => {
				// Something is written at each look: only so it is noticed that nobody reads any more.
				terminal.progress(waitText(clock.monotonic() - startMs, report));
			},
			beforeGivingUp: async () => {
				await sayWorkers(endpointId, connection, terminal);
			},
		},
		{ timeoutMs: timeoutMinutes * 60_000 },
	);
	return await ready.then(
		(health) => ({ health }),
		(error: unknown) => ({ error }),
	);
}

/** How each worker is, and what those that do not get ready have written. */
async function sayWorkers(
	endpointId: string,
	{ management, clock, signal }: Connection,
	terminal: Terminal,
): Promise<void> {
	const endpoint = await management.getEndpoint(endpointId);
	const { worker_details } = await reportWorkers(endpoint, { management, clock, signal });
	for (const line of (worker_details ?? []).flatMap(workerLines)) terminal.say(line);
}
