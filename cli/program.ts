import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InvalidInput } from '../lib/base/errors/invalidInput';
import { MAX_MINUTES } from '../lib/generation/request/optionChecks';
import { optionDefault } from '../lib/generation/request/optionDefaults';
import { secretsIn } from '../lib/base/data/secret';
import { secretsOf, type RawSettings } from '../lib/deployment/settings/deploymentSettings';
import { VARIABLES, type VariableName } from '../lib/deployment/settings/variables';
import { version } from '../package.json';
import { calledAs, type CalledAs } from './output/calledAs';
import { deploy, type DeployFlags } from './commands/deploy';
import { destroy } from './commands/destroy';
import { health } from './commands/health';
import { plan } from './commands/plan';
import { runJob, type RunFlags } from './commands/run';
import { updateImage } from './commands/updateImage';
import { EXIT, type ExitCode } from './output/exitCodes';
import { helpAfter, helpAfterCommands } from './output/help';
import { nextLines, type NextLines } from './output/nextLines';
import { report, reportUsage, withoutValue } from './output/report';
import { blamed, readSources, type Files } from './setup/sources';
import type { Terminal } from './output/terminal';

type Environment = Readonly<Record<string, string | undefined>>;
type Action<F> = (
	raw: RawSettings,
	flags: F,
	terminal: Terminal,
	next: NextLines,
) => Promise<ExitCode>;

interface CommandFacts<F> {
	description: string;
	/** Those that it reads. */
	variables: readonly VariableName[];
	examples: readonly string[];
	action: Action<F>;
}

/** Variables that health reads. */
const TARGET: readonly VariableName[] = [
	'RUNPOD_API_KEY',
	'WAN_AVATAR_NAME',
	'RUNPOD_ENDPOINT_ID',
	'RUNPOD_MANAGEMENT_BASE_URL',
	'RUNPOD_GRAPHQL_URL',
	'RUNPOD_QUEUE_BASE_URL',
];

const ALL = VARIABLES.map(({ name }) => name);
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

/** Variables that run reads. */
const RUN: readonly VariableName[] = [
	...TARGET,
	'MINIO_ENDPOINT',
	'MINIO_ACCESS_KEY',
	'MINIO_SECRET_KEY',
	'MINIO_USE_SSL',
	'MINIO_BUCKET',
];

/** What is known of a run so far. */
interface Progress {
	exitCode: ExitCode;
	/** Of the settings that were read. */
	secrets: readonly string[];
}

const DEFAULT_WAIT_MINUTES = 45;

/** Runs one command line and gives its exit code; never rejects. */
export async function run(
	args: readonly string[],
	environment: Environment,
	terminal: Terminal,
): Promise<ExitCode> {
	const progress: Progress = { exitCode: EXIT.done, secrets: [] };
	const call = calledAs(environment);
	const program = createProgram(environment, terminal, call, progress);
	const json = args.includes('--json');
	try {
		refuseOptionsOfNode(args);
		await program.parseAsync(args, { from: 'user' });
		return progress.exitCode;
	} catch (error) {
		if (!(error instanceof CommanderError)) return report(error, progress.secrets, json, terminal);
		const names = program.commands.map((command) => command.name());
		const name = args.find((arg) => names.includes(arg));
		return reportUsage(error, whereOptionsAre(name, call), json, terminal);
	}
}

/** Node takes these wherever they stand, and ends with 9 when the file is not there: it may be there this time. */
function refuseOptionsOfNode(args: readonly string[]): void {
	const [option] = args.flatMap((arg) => /^--env-file(-if-exists)?(?==|$)/.exec(arg)?.[0] ?? []);
	if (option === undefined) return;
	const message = 'is an option of Node, which reads it before this program does';
	const remedy = 'Give the file with --dotenv <path>.';
	throw new InvalidInput([{ field: option, message, remedy }]);
}

function whereOptionsAre(command: string | undefined, call: CalledAs): string {
	return command === undefined
		? `Run ${call('help')} for all commands.`
		: `Run ${call(command, '--help')} for all options.`;
}

function createProgram(
	environment: Environment,
	terminal: Terminal,
	call: CalledAs,
	progress: Progress,
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
				terminal.say(withoutValue(text.trimEnd()));
			},
		})
		.showHelpAfterError(whereOptionsAre(undefined, call))
		.addHelpText('after', helpAfterCommands(call));
	const addCommand = <F extends object>(
		name: string,
		{ description, variables, examples, action }: CommandFacts<F>,
	): Command =>
		withSources(program.command(name).description(description), variables)
			.showHelpAfterError(whereOptionsAre(name, call))
			.addHelpText('after', helpAfter(variables, examples, call))
			.action(async (options: F & Files) => {
				const flags = flagsIn(options, variables);
				const { raw, labels, notes } = readSources(flags, options, environment);
				progress.secrets = secretsIn(secretsOf(raw));
				for (const note of notes) terminal.say(`Note: ${note}`);
				const again = {
					all: flagsAgain(flags, options, ALL),
					target: flagsAgain(flags, options, TARGET),
				};
				const next = nextLines(call, again);
				try {
					progress.exitCode = await action(raw, options, terminal, next);
				} catch (error) {
					throw blamed(error, labels);
				}
			});
	const rotate = 'replace the registry auth, to change its password';
	addCommand<DeployFlags>('deploy', {
		description: 'create or update registry auth, template and endpoint; prints the invoke base',
		variables: ALL,
		examples: ['deploy', 'deploy --yes --wait', 'deploy --workers-max 3 --dotenv twin.env'],
		action: deploy,
	})
		.option('-y, --yes', 'apply without asking')
		.option('--rotate-registry-auth', rotate)
		.option('--wait', 'wait until the first worker is ready, or say why it is not')
		.addOption(
			minutesOption('--wait-timeout <minutes>', 'how long --wait waits at most').default(
				DEFAULT_WAIT_MINUTES,
			),
		);
	addCommand('plan', {
		description: 'show what deploy would change',
		variables: ALL,
		examples: ['plan', 'plan --dotenv twin.env --workers-max 3', 'plan --json'],
		action: plan,
	}).option('--rotate-registry-auth', rotate);
	addCommand('destroy', {
		description: 'delete endpoint, template and registry auth',
		variables: TARGETS,
		examples: ['destroy', 'destroy --name twin --yes'],
		action: destroy,
	}).option('-y, --yes', 'delete without asking');
	addCommand('update-image', {
		description: 'put another image into endpoint and template, and change nothing else',
		variables: IMAGE_TARGET,
		examples: ['update-image --image dexsynccom/twin-avatar:wan-worker-20260301'],
		action: updateImage,
	}).option('-y, --yes', 'apply without asking');
	addCommand('health', {
		description: 'show workers and jobs of the endpoint',
		variables: TARGET,
		examples: ['health', 'health --workers', 'health --name twin --json'],
		action: health,
	}).option('--workers', 'show each worker too: what it has of the model, and why it is not ready');
	withRunOptions(
		addCommand<RunFlags>('run', {
			description: 'make one video with the endpoint, and save it: the test after a deploy',
			variables: RUN,
			examples: [
				'run --image portrait.png --video driving-video.mp4',
				'run --image minio:input-avatars/jobs.png --video https://example.com/a.mp4 --out a.mp4 --json',
			],
			action: runJob,
		}),
	);
	return program;
}

function withRunOptions(command: Command): Command {
	const where = 'a file, an https:// address, or minio:<key> in the bucket';
	return command
		.requiredOption('--image <portrait>', `the portrait: ${where}`)
		.requiredOption('--video <video>', 'the driving video, given the same ways')
		.option('--out <file>', 'where the video is saved', 'avatar.mp4')
		.option('--overwrite', 'replace the file where it is there already')
		.option('--user-id <id>', 'whose avatar it is, in the keys of the bucket', 'terminal')
		.option('--avatar-id <id>', 'which avatar it is, in the keys of the bucket', 'run')
		.addOption(minutesOption('--max-run-minutes <minutes>', 'how long the job may run'))
		.addOption(
			minutesOption(
				'--timeout-minutes <minutes>',
				'how long it is followed, then cancelled',
			).default(optionDefault('timeoutMinutes')),
		)
		.option('--submit-anyway', 'also where an earlier submit of the same may have taken effect');
}

function minutesOption(flags: string, description: string): Option {
	return new Option(flags, description).argParser((text: string) => {
		const minutes = Number(text);
		if (text.trim() === '' || !(minutes > 0 && minutes <= MAX_MINUTES))
			throw new InvalidArgumentError(
				`It must be a number of minutes above 0, at most ${String(MAX_MINUTES)} (7 days).`,
			);
		return minutes;
	});
}

function withSources(command: Command, variables: readonly VariableName[]): Command {
	command
		.option('--dotenv <path>', 'file of variables (default: .env, where there is one)')
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
function flagsIn(options: object, variables: readonly VariableName[]): Record<string, string> {
	const flags: Record<string, string> = {};
	for (const { name, flag } of VARIABLES) {
		if (flag === undefined || !variables.includes(name)) continue;
		const value: unknown = Reflect.get(options, camelCase(flag));
		if (typeof value === 'string') flags[name] = value;
	}
	return flags;
}

function camelCase(flag: string): string {
	return flag.replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}

/** What was given for some variables, and the files, as flags of another command line. */
function flagsAgain(
	flags: Readonly<Record<string, string>>,
	{ dotenv, settings }: Files,
	variables: readonly VariableName[],
): string[] {
	const given = VARIABLES.filter(({ name }) => variables.includes(name)).map(
		({ name, flag = '' }) => [flag, flags[name]] as const,
	);
	return [['dotenv', dotenv] as const, ['settings', settings] as const, ...given].flatMap(
		([flag, value]) => (value === undefined ? [] : [`--${flag}`, value]),
	);
}
