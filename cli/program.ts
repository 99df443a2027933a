import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InvalidInput } from '../lib/contract/invalidInput';
import { WanAvatarError } from '../lib/contract/errors';
import { messageOf } from '../lib/contract/foreignError';
import { MAX_MINUTES } from '../lib/generation/optionFields';
import type { RawSettings } from '../lib/deployment/settings';
import { VARIABLES, type VariableName } from '../lib/deployment/variables';
import { version } from '../package.json';
import { deploy, type DeployFlags } from './commands/deploy';
import { destroy } from './commands/destroy';
import { health } from './commands/health';
import { plan } from './commands/plan';
import { updateImage } from './commands/updateImage';
import { EXIT, type ExitCode } from './exitCodes';
import { readSources, type Files } from './sources';
import type { Terminal } from './terminal';

type Environment = Readonly<Record<string, string | undefined>>;
type Action<F> = (raw: RawSettings, flags: F, terminal: Terminal) => Promise<ExitCode>;

/** Variables that health reads. */
const TARGET: readonly VariableName[] = [
	'WAN_AVATAR_NAME',
	'RUNPOD_ENDPOINT_ID',
	'RUNPOD_MANAGEMENT_BASE_URL',
	'RUNPOD_QUEUE_BASE_URL',
];

/** Variables that destroy reads. */
const TARGETS: readonly VariableName[] = [
	...TARGET,
	'RUNPOD_TEMPLATE_ID',
	'RUNPOD_REGISTRY_AUTH_ID',
];

/** Variables that update-image reads. */
const IMAGE_TARGET: readonly VariableName[] = [
	'RUNPOD_IMAGE_NAME',
	...TARGET,
	'RUNPOD_TEMPLATE_ID',
];

const DEFAULT_WAIT_MINUTES = 45;

/** Runs one command line and gives its exit code; never rejects. */
export async function run(
	args: readonly string[],
	environment: Environment,
	terminal: Terminal,
): Promise<ExitCode> {
	let exitCode: ExitCode = EXIT.done;
	const program = createProgram(environment, terminal, (code) => {
		exitCode = code;
	});
	try {
		await program.parseAsync(args, { from: 'user' });
		return exitCode;
	} catch (error) {
		const json = args.includes('--json');
		if (error instanceof CommanderError) return reportUsage(error, json, terminal);
		return report(error, json, terminal);
	}
}

function createProgram(
	environment: Environment,
	terminal: Terminal,
	onEnd: (code: ExitCode) => void,
): Command {
	const program = new Command('wan-avatar')
		.description('Deploys the Wan avatar worker to RunPod as a serverless endpoint')
		.version(version)
		.exitOverride()
		.configureOutput({
			writeOut: (text) => {
				terminal.result(text.trimEnd());
			},
			writeErr: (text) => {
				terminal.say(text.trimEnd());
			},
		})
		.showHelpAfterError('Run wan-avatar help for all options.');
	const all = VARIABLES.map(({ name }) => name);
	const addCommand = <F extends object>(
		name: string,
		description: string,
		variables: readonly VariableName[],
		action: Action<F>,
	): Command =>
		withSources(program.command(name).description(description), variables).action(
			async (options: F & Files) => {
				const raw = readSources(flagsIn(options), options, environment);
				onEnd(await action(raw, options, terminal));
			},
		);
	const rotate = 'replace the registry auth, to change its password';
	addCommand<DeployFlags>(
		'deploy',
		'create or update registry auth, template and endpoint; prints the invoke base',
		all,
		deploy,
	)
		.option('-y, --yes', 'apply without asking')
		.option('--rotate-registry-auth', rotate)
		.option('--wait', 'wait until the first worker is ready, or say why it is not')
		.addOption(waitTimeout());
	addCommand('plan', 'show what deploy would change', all, plan).option(
		'--rotate-registry-auth',
		rotate,
	);
	addCommand('destroy', 'delete endpoint, template and registry auth', TARGETS, destroy).option(
		'-y, --yes',
		'delete without asking',
	);
	const image = 'put another image into endpoint and template, and change nothing else';
	addCommand('update-image', image, IMAGE_TARGET, updateImage).option(
		'-y, --yes',
		'apply without asking',
	);
	addCommand('health', 'show workers and jobs of the endpoint', TARGET, health);
	return program;
}

function waitTimeout() {
	return new Option('--wait-timeout <minutes>', 'how long --wait waits at most')
		.argParser((text: string) => {
			const minutes = Number(text);
			if (text.trim() === '' || !(minutes > 0 && minutes <= MAX_MINUTES))
				throw new InvalidArgumentError(
					`It must be a number of minutes above 0, at most ${String(MAX_MINUTES)} (7 days).`,
				);
			return minutes;
		})
		.default(DEFAULT_WAIT_MINUTES);
}

function withSources(command: Command, variables: readonly VariableName[]): Command {
	command
		.option('--env-file <path>', 'file of variables (default: .env, where there is one)')
		.option('--settings <path>', 'JSON file of variables')
		.option('--json', 'give the result as JSON');
	for (const { name, flag, value, description, fallback } of VARIABLES) {
		if (flag === undefined || !variables.includes(name)) continue;
		const more = fallback === undefined ? name : `${name}, default ${fallback}`;
		command.option(`--${flag} <${value ?? 'value'}>`, `${description} (${more})`);
	}
	return command;
}

/** The flags that were given, under the names of their variables. */
function flagsIn(options: object): Record<string, string> {
	const flags: Record<string, string> = {};
	for (const { name, flag } of VARIABLES) {
		const value: unknown = flag === undefined ? undefined : Reflect.get(options, camelCase(flag));
		if (typeof value === 'string') flags[name] = value;
	}
	return flags;
}

function camelCase(flag: string): string {
	return flag.replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}

/** Commander has said on stderr what is wrong. */
function reportUsage(error: CommanderError, json: boolean, { result }: Terminal): ExitCode {
	if (error.exitCode === 0) return EXIT.done;
	const remedy = 'Run wan-avatar help for all options.';
	const fault = new WanAvatarError('INVALID_INPUT', error.message, { remedy });
	if (json) result(errorJson(fault));
	return EXIT.usage;
}

function errorJson({ code, message, remedy, details }: WanAvatarError): string {
	return JSON.stringify({ error: { code, message, remedy, details } }, null, 2);
}

/** One line that says what happened and what to do. */
function report(error: unknown, json: boolean, { result, say, signal }: Terminal): ExitCode {
	if (!(error instanceof WanAvatarError)) {
		const fault = new WanAvatarError('INTERNAL', messageOf(error), { remedy: '' });
		say(`wan-avatar: ${fault.message}`);
		if (json) result(errorJson(fault));
		return signal.aborted ? EXIT.interrupted : EXIT.failed;
	}
	say(`wan-avatar: ${error.message}. ${error.remedy}`);
	if (json) result(errorJson(error));
	return signal.aborted ? EXIT.interrupted : exitCodeOf(error);
}

function exitCodeOf(error: WanAvatarError): ExitCode {
	if (error instanceof InvalidInput) return EXIT.usage;
	switch (error.code) {
		case 'INVALID_INPUT':
			return EXIT.usage;
		case 'NOT_CONFIRMED':
			return EXIT.notConfirmed;
		case 'WORKER_NOT_READY':
			return EXIT.notReady;
		default:
			return EXIT.failed;
	}
}
