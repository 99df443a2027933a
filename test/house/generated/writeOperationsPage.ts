import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsPage, PAGE } from './operationsPage';

void operationsPage().then((text) => {
	writeFileSync(join(__dirname, '../../..', PAGE), text);
});
