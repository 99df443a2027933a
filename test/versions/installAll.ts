import { installEngine, installNode } from './install';
import { N8N_VERSIONS } from './n8nVersions';

/** Before the first test, without a test's time limit; one after the other, since they share npm's cache. */
export default async function installAll(): Promise<void> {
	for (const version of N8N_VERSIONS) {
		await installNode(version);
		await installEngine(version);
	}
}
