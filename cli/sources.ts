import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InvalidInput } from '../lib/contract/invalidInput';
import type { RawSettings } from '../lib/deployment/settings';
import { VARIABLES } from '../lib/deployment/variables';

/** Flags as the parser gives them, by the name of the variable that they set. */
export type Flags = Readonly<Record<string, string>>;

export interface Files {
	/** A file of variables; without it `.env` where there is one. */
	envFile?: string;
	/** A JSON file of variables. */
	settings?: string;
}

/**
 * Reads the settings from where they stand. A flag wins over the environment, that over the .env file, that over
 * the settings file.
 * @throws InvalidInput when a file cannot be read or names a setting that there is not
 */
export function readSources(
	flags: Flags,
	{ envFile, settings }: Files,
	environment: Readonly<Record<string, string | undefined>>,
): RawSettings {
	const layers = [
		settings === undefined ? {} : readSettingsFile(settings),
		readEnvFile(envFile),
		environment,
		flags,
	];
	const raw: Record<string, unknown> = {};
	for (const { name } of VARIABLES)
		for (const layer of layers) if (!isBlank(layer[name])) raw[name] = layer[name];
	return raw;
}

function isBlank(value: unknown): boolean {
	return value === undefined || value === '';
}

const DEFAULT_ENV_FILE = '.env';

function readEnvFile(path: string | undefined): Record<string, unknown> {
	if (path === undefined && !existsSync(DEFAULT_ENV_FILE)) return {};
	return { ...parseEnv(readText(path ?? DEFAULT_ENV_FILE)) };
}

function readSettingsFile(path: string): Record<string, unknown> {
	const settings = parseJson(path, readText(path));
	const known = new Set<string>(VARIABLES.map(({ name }) => name));
	const strange = Object.keys(settings).filter((name) => !known.has(name));
	if (strange.length > 0)
		throw fileFault(path, `names a setting that there is not: ${strange.join(', ')}`);
	return settings;
}

function parseJson(path: string, text: string): Record<string, unknown> {
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
		throw fileFault(path, 'cannot be read');
	}
}

function fileFault(path: string, message: string): InvalidInput {
	return new InvalidInput([{ field: path, message }]);
}
