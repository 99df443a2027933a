import { cleanRemoteText } from '../../lib/base/data/remoteText';
import { findEndpoint } from '../../lib/deployment/plan/existing';
import {
	getHealth,
	getHealthOfWorkers,
	type HealthReport,
} from '../../lib/deployment/workers/endpointHealth';
import { parseTarget, type RawSettings } from '../../lib/deployment/settings/deploymentSettings';
import { isGiven } from '../../lib/deployment/settings/given';
import { connect } from '../setup/connect';
import { EXIT, type ExitCode } from '../output/exitCodes';
import type { NextLines } from '../output/nextLines';
import { notDeployed } from '../output/notDeployed';
import { workerLines } from '../output/workerText';
import type { Terminal } from '../output/terminal';

export interface HealthFlags {
	json?: boolean;
	workers?: boolean;
}

/** Shows how the endpoint is; the exit code says whether it takes jobs. */
export async function health(
	raw: RawSettings,
	{ json, workers: isDetailed = false }: HealthFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const target = parseTarget(raw);
	const { connection, name, ids } = target;
	const { management, queueOf, clock, signal } = connect(connection, target, terminal.signal);
	const endpoint = findEndpoint({ endpoints: await management.listEndpoints() }, name, ids);
	if (!endpoint) throw notDeployed(name);
	const ports = { management, queue: queueOf(endpoint.id), clock, signal };
	// Where the settings name a model, it is of interest which workers have it.
	const report =
		isDetailed || isGiven(raw, 'RUNPOD_MODEL')
			? await getHealthOfWorkers(endpoint.id, ports)
			: await getHealth(endpoint.id, ports);
	terminal.result(json ? JSON.stringify(report, null, 2) : healthText(report));
	const line = next.afterHealth(report);
	if (line !== undefined) terminal.say(line);
	return report.health === 'ready' || report.health === 'cold' ? EXIT.done : EXIT.notReady;
}

function healthText(report: HealthReport): string {
	const { name, endpoint_id, health, meaning, notes, workers, jobs } = report;
	const { cached_model, worker_details } = report;
	const list = (counts: object) =>
		Object.entries(counts)
			.map(([word, count]) => `${word.replace('_', ' ')} ${String(count)}`)
			.join(', ');
	return [
		`${name} (${endpoint_id}): ${health}`,
		`  ${meaning}`,
		`  workers: ${list(workers)}`,
		`  jobs: ${list(jobs)}`,
		...(cached_model === null ? [] : [`  model: ${cleanRemoteText(cached_model)}`]),
		...(worker_details ?? []).flatMap(workerLines),
		...notes.map((note) => `  Note: ${note}`),
	].join('\n');
}
