import { VARIABLES, type VariableName } from '../../lib/deployment/settings/variables';
import type { CalledAs } from './calledAs';

/** What stands below the options of a command: its secrets, and examples of it. */
export function helpAfter(
	variables: readonly VariableName[],
	examples: readonly string[],
	call: CalledAs,
): string {
	return ['', ...secretLines(variables), '', ...exampleLines(examples, call)].join('\n');
}

/** What stands below the list of commands. */
export function helpAfterCommands(call: CalledAs): string {
	const all = VARIABLES.map(({ name }) => name);
	return [
		'',
		`Run ${call('deploy', '--help')} for all options of deploy, and so for each command.`,
		'',
		...secretLines(all),
		'',
		...exampleLines(['plan --dotenv twin.env', 'deploy --yes --wait', 'health', 'destroy'], call),
		'',
		'Exit codes: 0 done, 1 RunPod refused or could not be reached, 2 wrong usage, 3 not confirmed,',
		'            4 no worker is ready, 130 stopped by Ctrl+C',
	].join('\n');
}

/** Others on the machine can read the flags of a program, so secrets have none. */
function secretLines(variables: readonly VariableName[]): string[] {
	const secrets = VARIABLES.filter(
		({ name, flag }) => flag === undefined && variables.includes(name),
	);
	const width = Math.max(...secrets.map(({ name }) => name.length));
	return [
		'Secrets (no flags: they come from the environment, .env, --dotenv or --settings):',
		...secrets.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
	];
}

function exampleLines(examples: readonly string[], call: CalledAs): string[] {
	return ['Examples:', ...examples.map((example) => `  ${exampleOf(example, call)}`)];
}

function exampleOf(example: string, call: CalledAs): string {
	const [command = '', ...flags] = example.split(' ');
	return call(command, ...flags);
}
