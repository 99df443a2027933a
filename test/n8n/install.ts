import { installN8n } from '../../demo/n8n/install';

/** Before the first test, without a test's time limit: the first install on a machine takes several minutes. */
export default async function install(): Promise<void> {
	await installN8n({ say: console.log });
}
