import { WanAvatarError } from '../../lib/contract/errors';
import { onlyOne } from '../../lib/deployment/existing';
import { getHealth, type HealthReport } from '../../lib/deployment/health';
import { parseTarget, type RawSettings } from '../../lib/deployment/settings';
import { connect } from '../connect';
import { EXIT, type ExitCode } from '../exitCodes';
import type { NextLines } from '../nextLines';
import type { Terminal } from '../terminal';

export interface HealthFlags {
	json?: boolean;
}

/** Shows how the endpoint is; the exit code says whether it takes jobs. */
export async function health(
	raw: RawSettings,
	{ json }: HealthFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const target = parseTarget(raw);
	const { connection, name } = target;
	const { management, queueOf } = connect(connection, target, terminal.signal);
	const endpoint = onlyOne('endpoint', name, await management.listEndpoints());
	if (!endpoint) throw notDeployed(name);
	const queue = queueOf(endpoint.id);
	const report = await getHealth(endpoint.id, { management, queue });
	terminal.result(json ? JSON.stringify(report, null, 2) : healthText(report));
	const line = next.afterHealth(report);
	if (line !== undefined) terminal.say(line);
	return report.health === 'ready' || report.health === 'cold' ? EXIT.done : EXIT.notReady;
}

function notDeployed(name: string): WanAvatarError {
	return new WanAvatarError('NOT_FOUND', `The account has no endpoint of the name "${name}"`, {
		remedy: 'Deploy it first, or give its name with --name or WAN_AVATAR_NAME.',
	});
}

function healthText(report: HealthReport): string {
	const { name, endpoint_id, health, meaning, notes, workers, jobs } = report;
	const list = (counts: object) =>
		Object.entries(counts)
			.map(([word, count]) => `${word.replace('_', ' ')} ${String(count)}`)
			.join(', ');
	return [
		`${name} (${endpoint_id}): ${health}`,
		`  ${meaning}`,
		`  workers: ${list(workers)}`,
		`  jobs: ${list(jobs)}`,
		...notes.map((note) => `  Note: ${note}`),
	].join('\n');
}
