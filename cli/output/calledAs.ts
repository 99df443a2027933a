import { name as packageName } from '../../package.json';

/** Words of a command line, such as `health --name twin`, as the person would type them here. */
export type CalledAs = (command: string, ...flags: readonly string[]) => string;

/** The program is started by its name, by npx, or in a checkout by `npm run`. */
export function calledAs(environment: Readonly<Record<string, string | undefined>>): CalledAs {
	const { npm_lifecycle_event: event, npm_package_name: inPackage, npm_config_omit } = environment;
	if (event === 'npx') {
		// Without it npx would install n8n.
		const omit = npm_config_omit === 'peer' ? ['npm_config_omit=peer'] : [];
		return (...words) => joined([...omit, 'npx', packageName, ...words]);
	}
	if (event === undefined || inPackage !== packageName)
		return (...words) => joined(['wan-avatar', ...words]);
	return (command, ...flags) =>
		joined(['npm', 'run', command, ...(flags.length > 0 ? ['--', ...flags] : [])]);
}

function joined(words: readonly string[]): string {
	return words.map(quoted).join(' ');
}

/** For a shell. */
function quoted(word: string): string {
	return /^[\w./:@,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
