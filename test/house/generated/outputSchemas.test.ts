import { expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../../../nodes/WanAvatar/actions/registry';
import { outputSchemas, SCHEMAS_FOLDER, TRIGGER_SCHEMA, triggerSchema } from './outputSchemas';

const folder = join(__dirname, '../../..', SCHEMAS_FOLDER);
const schemas = outputSchemas();

it('every operation has an output schema, and nothing else has', () => {
	const names = [...schemas.keys()].sort();
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
	const ofFiles = files.flatMap(
		(file) => /^(.+)\.json$/.exec(file.replaceAll('\\', '/'))?.[1] ?? [],
	);
	expect([...operations.keys()].map((name) => name.replace(':', '/')).sort()).toEqual(names);
	expect(ofFiles.sort()).toEqual(names);
});

it.each([...schemas])('the output schema of %s is what its fields say', (operation, text) => {
	const file = join(folder, `${operation}.json`);
	const isFresh = existsSync(file) && readFileSync(file, 'utf8') === text;
	expect(isFresh ? 'fresh' : `${operation}.json is stale: run "npm run schemas"`).toBe('fresh');
});

it('so is that of the trigger', () => {
	const text = readFileSync(join(__dirname, '../../..', TRIGGER_SCHEMA), 'utf8');
	expect(text === triggerSchema() ? 'fresh' : 'stale: run "npm run schemas"').toBe('fresh');
});
