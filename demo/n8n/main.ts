import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startBlog } from './blog';
import { installN8n } from './install';
import { startMailbox } from './mailbox';
import { startN8n } from './n8n';
import { installPackage } from './package';
import { OWNER, seed } from './seed';
import { assertWhole, hasRealServices, startServices } from './services';
import { watchSources } from './watch';

const USAGE = `Usage: npm run n8n -- [options]
  --port <n>  where the editor is served (5678); the stand-in's bucket is on the port after it
  --fresh     starts over: forgets all workflows, credentials and videos of this demo
  --watch     builds the node anew when a source changes, and has n8n load it again`;

const ROOT = resolve(__dirname, '..', '..');
const DATA = join(ROOT, '.n8n-demo');

/** A minute of cold start and two of work, a hundred times faster. */
const TIMES = { workersMax: 3, coldStartMs: 60_000, runMs: 120_000, timeFactor: 0.01 };

const PARENT_CHECK_MS = 500;

interface Flags {
	port: number;
	fresh: boolean;
	watch: boolean;
}

class UsageError extends Error {}

async function main(): Promise<void> {
	const flags = readFlags(process.argv.slice(2));
	const signal = stopSignal();
	const closers: (() => Promise<void>)[] = [];
	try {
		await serve(flags, signal, closers);
	} catch (error) {
		if (!signal.aborted) throw error;
	} finally {
		for (const close of closers.reverse()) await close();
	}
}

function readFlags(args: string[]): Flags {
	const { port, fresh, watch } = parseArgs({
		args,
		options: {
			port: { type: 'string', default: '5678' },
			fresh: { type: 'boolean', default: false },
			watch: { type: 'boolean', default: false },
		},
	}).values;
	if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_534)
		throw new UsageError(`--port must be a number from 1 to 65534, got "${port}"`);
	return { port: Number(port), fresh, watch };
}

/** Aborted by Ctrl+C, by a service manager, and when the shell that started this program is gone. */
function stopSignal(): AbortSignal {
	const stop = new AbortController();
	const abort = () => {
		stop.abort();
	};
	// Not once: a second Ctrl+C must not kill the process while it cleans up.
	process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort);
	// npm passes SIGTERM to the shell between itself and this program, which dies of it and tells nobody.
	const { ppid } = process;
	setInterval(() => {
		if (process.ppid !== ppid) abort();
	}, PARENT_CHECK_MS).unref();
	return stop.signal;
}

async function serve(
	{ port, fresh, watch }: Flags,
	signal: AbortSignal,
	closers: (() => Promise<void>)[],
): Promise<void> {
	// What is missing is said before the minutes of the install.
	assertWhole(process.env);
	// Not any free port: links that last are to open after the next start too.
	const storagePort = port + 1;
	await assertFree(port);
	if (!hasRealServices(process.env)) await assertFree(storagePort);
	const n8nFolder = await installN8n({ say, signal });
	if (fresh) await rm(DATA, { recursive: true, force: true });
	// Credentials of real services and workflows that use them stay out of the stand-in's editor, and the other way round.
	const userFolder = join(DATA, hasRealServices(process.env) ? 'real' : 'stand-in');
	await mkdir(userFolder, { recursive: true });
	say('Building and installing the package.');
	await installPackage(userFolder, signal);
	const services = await startServices(userFolder, process.env, { ...TIMES, storagePort });
	closers.push(services.close);
	const mailbox = await startMailbox(({ recipients, subject }) => {
		say(`Mail to ${recipients.join(', ')}: ${subject ?? '(no subject)'}`);
	});
	closers.push(mailbox.close);
	const blog = await startBlog();
	closers.push(blog.close);
	say('Starting n8n.');
	const env = watch ? { N8N_DEV_RELOAD: 'true' } : {};
	const n8n = await startN8n({ n8nFolder, userFolder, port, env, signal });
	closers.push(n8n.close);
	const credentials = [...services.credentials, mailbox.credential, blog.credential];
	const examples = await seed(n8n.rest, credentials, services.publicBaseUrl);
	say(`
The editor is at ${n8n.url}
  Email     ${OWNER.email}
  Password  ${OWNER.password}

${services.description}
Mails of the workflows are shown here, their posts at ${blog.url}
Workflows to try:
${examples.map((name) => `  ${name}`).join('\n')}

This n8n has N8N_UNVERIFIED_PACKAGES_ENABLED=true; n8n 3 loads the package with it alone.
Its data lies in ${relative(process.cwd(), DATA)}; --fresh starts over. Stop with Ctrl+C.`);
	if (watch) closers.push(watchSources({ userFolder, say, signal }));
	if (!signal.aborted) await once(signal, 'abort');
	say('Stopping.');
}

async function assertFree(port: number): Promise<void> {
	const server = createServer().listen(port, '127.0.0.1');
	try {
		await once(server, 'listening');
	} catch {
		throw new UsageError(
			`Port ${String(port)} is taken: stop what uses it, or choose another --port`,
		);
	}
	server.close();
	await once(server, 'close');
}

function say(text: string): void {
	console.log(text);
}

function fail(error: unknown): never {
	const message = error instanceof Error ? error.message : String(error);
	console.error(isUsageError(error) ? `${message}\n${USAGE}` : message);
	process.exit(1);
}

function isUsageError(error: unknown): boolean {
	if (error instanceof UsageError) return true;
	return (
		error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
	);
}

main().then(() => process.exit(0), fail);
