import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputSchemas, SCHEMAS_FOLDER, TRIGGER_SCHEMA, triggerSchema } from './outputSchemas';

for (const [operation, text] of outputSchemas()) write(`${SCHEMAS_FOLDER}/${operation}.json`, text);
write(TRIGGER_SCHEMA, triggerSchema());

function write(path: string, text: string): void {
	const file = join(__dirname, '../../..', path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
