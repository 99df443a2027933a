import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { blamed, readSources } from '../../../../cli/setup/sources';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import { parseSettings, parseTarget } from '../../../../lib/deployment/settings/deploymentSettings';
import { VARIABLES } from '../../../../lib/deployment/settings/variables';
import { fuzzTarget } from '../../target';
import { jsonValues } from '../../values';

const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-fuzz-'));
process.once('exit', () => {
	rmSync(folder, { recursive: true, force: true });
});

const SECRETS = ['RUNPOD_API_KEY', 'DOCKERHUB_PASSWORD', 'MINIO_SECRET_KEY'] as const;
const SECRET = 'Zq9-the-value';
const names = fc.constantFrom(
	...VARIABLES.map(({ name }) => name),
	'RUNPOD_APIKEY',
	'OTHER',
	'__proto__',
);
const values = fc.oneof(
	fc.constantFrom(
		'',
		'true',
		'3',
		'-1',
		'1e9',
		'docker.io/a/b:1',
		'minio:9000',
		'ADA_24,AMPERE_48',
		'none',
		'{"LOG":"x"}',
		'abc123',
		'https://a.b/v2',
	),
	fc.string(),
	fc.string({ unit: 'binary' }),
);
const quotes = fc.constantFrom('', '"', "'", '`');
const line = fc
	.tuple(
		fc.constantFrom('', 'export ', ' '),
		names,
		fc.constantFrom('=', ' = ', ':', ''),
		quotes,
		values,
		quotes,
		fc.constantFrom('', ' # why', '#1', '\r'),
	)
	.map((parts) => parts.join(''));
const secretLine = fc
	.tuple(
		fc.constantFrom(...SECRETS),
		quotes,
		fc.constantFrom('', ' ', '\u0007', 'é', '#', '$&', '\\'),
	)
	.map(([name, quote, end]) => `${name}=${quote}${SECRET}${end}${quote}`);
const good = [
	'RUNPOD_IMAGE_NAME=docker.io/org/worker:1',
	'MINIO_ENDPOINT=minio.example.com:9000',
	'MINIO_ACCESS_KEY=access',
	'MINIO_BUCKET=avatar-templates',
	...SECRETS.filter((name) => !name.startsWith('DOCKERHUB')).map((name) => `${name}=${SECRET}`),
];
const dotenvs = fc
	.tuple(
		fc.subarray(good),
		fc.array(fc.oneof({ weight: 2, arbitrary: line }, { weight: 1, arbitrary: secretLine }), {
			maxLength: 5,
		}),
		fc.constantFrom('\n', '\r\n'),
		fc.constantFrom('', '\ufeff'),
	)
	.map(([kept, lines, end, mark]) => mark + [...kept, ...lines].join(end));
const jsons = fc.oneof(
	fc
		.dictionary(names, fc.oneof(values, jsonValues), { maxKeys: 6 })
		.map((value) => JSON.stringify(value)),
	fc
		.dictionary(
			fc.constantFrom(...SECRETS),
			fc.constantFrom<unknown>(SECRET, [SECRET], { a: SECRET }, 5),
		)
		.map((value) => JSON.stringify(value)),
	fc.string(),
	fc.constantFrom(`"${SECRET}"`, `{"RUNPOD_API_KEY": "${SECRET}`, `[{"${SECRET}": 1}]`),
);

/** Any files of settings give settings, or faults that name a variable or the file, and no secret. */
export const settingsFiles = fuzzTarget(
	'.env and settings',
	fc.property(
		dotenvs,
		fc.option(jsons, { nil: undefined, freq: 2 }),
		(dotenvText, settingsText) => {
			const dotenv = join(folder, 'a.env');
			const settings = join(folder, 'settings.json');
			writeFileSync(dotenv, dotenvText);
			if (settingsText !== undefined) writeFileSync(settings, settingsText);
			const files = { dotenv, ...(settingsText === undefined ? {} : { settings }) };
			const sources = readOrFault(() => readSources({}, files, {}));
			if (!sources) return;
			for (const note of sources.notes) assert.ok(!note.includes(SECRET), note);
			for (const parse of [parseSettings, parseTarget])
				readOrFault(() => {
					try {
						const read = parse(sources.raw);
						assert.ok(!JSON.stringify(read).includes(SECRET), 'a secret is laid open');
						return read;
					} catch (error) {
						throw blamed(error, sources.labels);
					}
				});
		},
	),
);

function readOrFault<T>(work: () => T): T | undefined {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof InvalidInput)) throw error;
		for (const { field } of error.faults) {
			const isNamed = field.includes(folder) || VARIABLES.some(({ name }) => field.includes(name));
			assert.ok(isNamed, `names "${field}" alone`);
		}
		const said = [error.message, error.remedy, JSON.stringify(error.details)].join('\n');
		assert.ok(!said.includes(SECRET), said);
		return undefined;
	}
}
