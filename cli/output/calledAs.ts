import { bin, name as packageName } from '../../package.json';

type Environment = Readonly<Record<string, string | undefined>>;

/** Words of a command line, such as `health --name twin`, as the person would type them here. */
export type CalledAs = (command: string, ...flags: readonly string[]) => string;

/** The program is started by its name, by npx, or in a checkout by `npm run`. */
export function calledAs(environment: Environment): CalledAs {
	const { npm_lifecycle_event: event, npm_package_name: inPackage } = environment;
	if (event === 'npx') return (...words) => joined([...npxIn(environment), ...words]);
	if (event === undefined || inPackage !== packageName)
		return (...words) => joined(['wan-avatar', ...words]);
	return (command, ...flags) =>
		joined(['npm', 'run', command, ...(flags.length > 0 ? ['--', ...flags] : [])]);
}

/** From a tarball or another version, the same one again. */
function npxIn({ npm_config_omit, npm_config_package }: Environment): string[] {
	// Without it npx would install n8n.
	const omit = npm_config_omit === 'peer' ? ['npm_config_omit=peer'] : [];
	if (!npm_config_package) return [...omit, 'npx', packageName];
	return [...omit, 'npx', `--package=${npm_config_package}`, ...Object.keys(bin)];
}

function joined(words: readonly string[]): string {
	return words.map(quoted).join(' ');
}

/** For a shell. */
function quoted(word: string): string {
	return /^[\w./:@,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
