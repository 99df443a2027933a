import { randomBytes } from 'node:crypto';
import { settle } from '../../lib/base/errors/settled';
import { findEndpoint } from '../../lib/deployment/plan/existing';
import type { RawSettings } from '../../lib/deployment/settings/deploymentSettings';
import { parseRunSettings, type RunSettings } from '../../lib/deployment/settings/runSettings';
import { generateAll } from '../../lib/generation/batch/generateAll';
import type { HandOut } from '../../lib/generation/batch/handOut';
import type { JobReport } from '../../lib/generation/report/report';
import type { GenerationPorts } from '../../lib/generation/request/ports';
import type { ManagementClient } from '../../lib/runpod/management/management';
import { EXIT, type ExitCode } from '../output/exitCodes';
import type { NextLines } from '../output/nextLines';
import { notDeployed } from '../output/notDeployed';
import type { Terminal } from '../output/terminal';
import { JobWatch } from '../run/jobWatch';
import { assertWritable, type OutFile } from '../run/outFile';
import { resultText } from '../run/resultText';
import { openRunPorts } from '../run/runPorts';
import { readRunRequest, type RequestFlags, type RunRequest } from '../run/runRequest';
import { saveVideo } from '../run/saveVideo';
import { inTerminalWords, withoutRecord } from '../run/terminalWords';
import { connect } from '../setup/connect';

export interface RunFlags extends RequestFlags {
	json?: boolean;
	out: string;
	overwrite?: boolean;
}

const NO_RECORD =
	'Note: without the MINIO_… settings there is no record of the job: a run after a kill makes and pays for another one.';
const ONE_JOB = {
	maxParallelJobs: 1,
	maxJobs: 1,
	checkOnly: false,
	includeCost: true,
	stopOnFault: false,
};

/** Makes one video, follows its job, and saves it; its path comes last and alone on stdout. */
export async function runJob(
	raw: RawSettings,
	flags: RunFlags,
	terminal: Terminal,
	next: NextLines,
): Promise<ExitCode> {
	const settings = parseRunSettings(raw);
	const executionId = `terminal-${randomBytes(5).toString('hex')}`;
	const out = { path: flags.out, overwrite: flags.overwrite ?? false };
	try {
		assertWritable(out, [flags.image, flags.video]);
		const hasBucket = settings.storage !== undefined;
		const wanted = await readRunRequest(flags, { hasBucket, runTag: executionId });
		const { management } = connect(settings.connection, settings, terminal.signal);
		const endpointId = await endpointOf(settings, management);
		if (!hasBucket) terminal.say(NO_RECORD);
		const watch = new JobWatch(endpointId, terminal);
		const ports = openRunPorts(settings, { endpointId, executionId, management, watch }, terminal);
		const { report, file } = await generated(wanted, { ports, watch, out });
		terminal.say(resultText(report));
		terminal.result(flags.json ? JSON.stringify({ ...report, file }, null, 2) : file);
		if (terminal.signal.aborted) return EXIT.interrupted;
		terminal.say(next.afterRun(endpointId));
		return EXIT.done;
	} catch (error) {
		const told = inTerminalWords(error);
		throw settings.storage ? told : withoutRecord(told);
	}
}

/** An ID needs no right to look at the account. */
async function endpointOf(
	{ name, ids }: RunSettings,
	management: ManagementClient,
): Promise<string> {
	if (ids.endpoint !== undefined && ids.endpointName === undefined) return ids.endpoint;
	const endpoint = findEndpoint({ endpoints: await management.listEndpoints() }, name, ids);
	if (!endpoint) throw notDeployed(name);
	return endpoint.id;
}

interface Work {
	ports: GenerationPorts;
	watch: JobWatch;
	out: OutFile;
}

interface Saved {
	report: JobReport;
	file: string;
}

async function generated({ request, inFlags }: RunRequest, work: Work): Promise<Saved> {
	const { ports, watch, out } = work;
	const { bucket, signal: stop } = ports;
	const handOut: HandOut<Saved> = async (report, _request, _index, { video, signal }) => {
		const file = await saveVideo({ report, video, bucket, signals: [stop, signal] }, out);
		return { report, file };
	};
	const connected = async () => Promise.resolve(ports);
	const making = generateAll([{ value: request }], { connect: connected, handOut, show }, ONE_JOB);
	const ends = await settle(making);
	// The program would end with a submit or a cancel on its way.
	await watch.settled();
	const end = 'error' in ends ? ends : ends.value[0];
	if (end && 'value' in end) return end.value;
	throw watch.withOutcome(inFlags(end && 'error' in end ? end.error : undefined));
}

function show(): never {
	throw new Error('Nothing is only checked');
}
