import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InvalidInput } from '../lib/contract/invalidInput';
import type { RawSettings } from '../lib/deployment/settings';
import { VARIABLES } from '../lib/deployment/variables';
import { similarName } from './similar';

/** Flags as the parser gives them, by the name of the variable that they set. */
export type Flags = Readonly<Record<string, string>>;

export interface Files {
	/** A file of variables; without it `.env` where there is one. */
	dotenv?: string;
	/** A JSON file of variables. */
	settings?: string;
}

export interface Sources {
	raw: RawSettings;
	/** What a person gave for a variable: its flag, or the variable and the file where it stands. */
	labels: ReadonlyMap<string, string>;
	/** What is not wrong, but good to know. */
	notes: readonly string[];
}

/**
 * Reads the settings from where they stand. A flag wins over the environment, that over the .env file, that over
 * the settings file.
 * @throws InvalidInput when a file cannot be read or names a setting that there is not
 */
export function readSources(
	flags: Flags,
	{ dotenv, settings }: Files,
	environment: Readonly<Record<string, string | undefined>>,
): Sources {
	const dotenvPath = dotenv ?? (existsSync(DEFAULT_DOTENV) ? DEFAULT_DOTENV : undefined);
	const dotenvValues = dotenvPath === undefined ? {} : readDotenv(dotenvPath);
	const layers: Layer[] = [
		...(settings === undefined ? [] : [fileLayer(settings, readSettingsFile(settings))]),
		...(dotenvPath === undefined ? [] : [fileLayer(dotenvPath, dotenvValues)]),
		{ values: environment, label: (name) => name },
		{ values: flags, label: (name, flag) => (flag === undefined ? name : `--${flag}`) },
	];
	const raw: Record<string, unknown> = {};
	const labels = new Map<string, string>();
	for (const { name, flag } of VARIABLES)
		for (const { values, label } of layers) {
			if (isBlank(values[name])) continue;
			raw[name] = values[name];
			labels.set(name, label(name, flag));
		}
	return { raw, labels, notes: strangeNames(dotenvValues, dotenvPath) };
}

/** The same error in terms of what the person gave; any other error as it is. */
export function blamed(error: unknown, labels: Sources['labels']): unknown {
	if (!(error instanceof InvalidInput)) return error;
	const labelled = (text: string) =>
		text.replace(/(?<!")\b[A-Z][A-Z_]+\b/g, (name) => labels.get(name) ?? name);
	return new InvalidInput(
		error.faults.map((fault) => ({
			...fault,
			field: labelled(fault.field),
			message: labelled(fault.message),
		})),
		error.details,
	);
}

interface Layer {
	values: Readonly<Record<string, unknown>>;
	label: (name: string, flag: string | undefined) => string;
}

function fileLayer(path: string, values: Layer['values']): Layer {
	return { values, label: (name) => `${name} in ${path}` };
}

function isBlank(value: unknown): boolean {
	return value === undefined || value === '';
}

const DEFAULT_DOTENV = '.env';
const KNOWN = VARIABLES.map(({ name }) => name);

function readDotenv(path: string): Layer['values'] {
	return { ...parseEnv(readText(path)) };
}

/** A .env file may serve other programs too, so only what looks like a slip is pointed out. */
function strangeNames(values: Layer['values'], path: string | undefined): string[] {
	return unknownIn(values).flatMap((name) => {
		const meant = similarName(name, KNOWN);
		if (path === undefined || meant === undefined || !isBlank(values[meant])) return [];
		return `${path} has ${name}, which is not read: is ${meant} meant?`;
	});
}

function readSettingsFile(path: string): Layer['values'] {
	const settings = parseJson(path, readText(path));
	const strange = unknownIn(settings).map((name) => {
		const meant = similarName(name, KNOWN);
		return meant === undefined ? name : `${name} (is ${meant} meant?)`;
	});
	if (strange.length > 0)
		throw fileFault(path, `names a setting that there is not: ${strange.join(', ')}`);
	return settings;
}

function unknownIn(values: Layer['values']): string[] {
	const known = new Set<string>(KNOWN);
	return Object.keys(values).filter((name) => !known.has(name));
}

function parseJson(path: string, text: string): Layer['values'] {
	const value = parseOrNothing(text);
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw fileFault(path, 'is no JSON object of settings');
	return { ...value };
}

function parseOrNothing(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function readText(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		throw fileFault(path, existsSync(path) ? 'cannot be read' : 'does not exist');
	}
}

function fileFault(path: string, message: string): InvalidInput {
	return new InvalidInput([{ field: `The file ${path}`, message }]);
}
