import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { WanAvatarError } from '../../lib/base/errors/errors';
import { InvalidInput } from '../../lib/base/errors/invalidInput';
import { fromJson, isJsonObject } from '../../lib/base/data/json';
import type { RawSettings } from '../../lib/deployment/settings/deploymentSettings';
import { isBlank } from '../../lib/deployment/settings/values';
import { VARIABLES, type VariableName } from '../../lib/deployment/settings/variables';
import { cutValues } from '../output/cutValues';
import { similarName } from '../output/similar';

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
 * @throws InvalidInput when a file cannot be read or names a setting that there is not, or an ID is given as empty
 */
export function readSources(
	flags: Flags,
	{ dotenv, settings }: Files,
	environment: Readonly<Record<string, string | undefined>>,
): Sources {
	refuseEmpty(flags);
	const dotenvPath = dotenv ?? (isThere(DEFAULT_DOTENV) ? DEFAULT_DOTENV : undefined);
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
	const labelled = (text: string) =>
		text.replace(/(?<!")\b[A-Z][A-Z_]+\b/g, (name) => labels.get(name) ?? name);
	if (!(error instanceof InvalidInput)) return fitting(error, labelled);
	return new InvalidInput(
		error.faults.map((fault) => ({
			...fault,
			field: labelled(fault.field),
			message: labelled(fault.message),
		})),
		error.details,
	);
}

/** What was given may also not fit what exists. */
function fitting(error: unknown, labelled: (text: string) => string): unknown {
	if (!(error instanceof WanAvatarError) || error.code !== 'INVALID_INPUT') return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, labelled(message), { remedy: labelled(remedy), details });
}

interface Layer {
	values: Readonly<Record<string, unknown>>;
	label: (name: string, flag: string | undefined) => string;
}

function fileLayer(path: string, values: Layer['values']): Layer {
	return { values, label: (name) => `${name} in ${path}` };
}

/** Variables that say which things are meant. */
const MEANING: readonly VariableName[] = [
	'WAN_AVATAR_NAME',
	'RUNPOD_ENDPOINT_ID',
	'RUNPOD_TEMPLATE_ID',
	'RUNPOD_REGISTRY_AUTH_ID',
];

/** A script whose variable is empty must not come to mean the deployment of the default name. */
function refuseEmpty(flags: Flags): void {
	const empty = VARIABLES.filter(
		({ name }) => MEANING.includes(name) && name in flags && isBlank(flags[name]),
	);
	if (empty.length === 0) return;
	throw new InvalidInput(
		empty.map(({ flag = '' }) => ({
			field: `--${flag}`,
			message: 'is empty: give a value, or leave it out',
		})),
	);
}

const DEFAULT_DOTENV = '.env';
const KNOWN = VARIABLES.map(({ name }) => name);

/** A folder of that name is no file of variables. */
function isThere(path: string): boolean {
	return existsSync(path) && !statSync(path).isDirectory();
}

function readDotenv(path: string): Layer['values'] {
	const text = readText(path);
	const values = { ...parseEnv(text) };
	const cut = cutValues(text, values);
	const faults = KNOWN.filter((name) => cut.has(name)).map((name) => ({
		field: `${name} in ${path}`,
		message: 'has a # without a space before it, where a comment would begin',
		remedy: 'Put the value into quotes.',
	}));
	if (faults.length > 0) throw new InvalidInput(faults);
	return values;
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
	const value = fromJson(text);
	if (!isJsonObject(value)) throw fileFault(path, 'is no JSON object of settings');
	return { ...value };
}

function readText(path: string): string {
	const text = readWhole(path);
	// Every second byte of UTF-16 is 0 in such a file.
	if (text.includes('\0')) throw fileFault(path, 'is not UTF-8', 'Save it as UTF-8.');
	return text.replace(/^\uFEFF/, '');
}

function readWhole(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		throw fileFault(path, existsSync(path) ? 'cannot be read' : 'does not exist');
	}
}

function fileFault(path: string, message: string, remedy?: string): InvalidInput {
	return new InvalidInput([
		{ field: `The file ${path}`, message, ...(remedy === undefined ? {} : { remedy }) },
	]);
}
