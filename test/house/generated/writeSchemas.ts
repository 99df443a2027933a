import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputSchemas, SCHEMAS_FOLDER } from './outputSchemas';

for (const [operation, text] of outputSchemas()) {
	const file = join(__dirname, '../../..', SCHEMAS_FOLDER, `${operation}.json`);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
