import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startBlog } from './blog';
import { installN8n } from './install';
import { startMailbox } from './mailbox';
import { startN8n, type N8nOptions } from './n8n';
import { installPackage } from './package';
import { missingPrograms } from './queue/programs';
import { startQueueMode } from './queue/queueMode';
import type { Rest } from './rest';
import { OWNER, seed } from './seed';
import { assertWhole, hasRealServices, startServices } from './services';
import { watchSources } from './watch';

const USAGE = `Usage: npm run n8n -- [options]
  --port <n>  where the editor is served (5678); the stand-in's bucket is on the port after it
  --fresh     starts over: forgets all workflows, credentials and videos of this demo
  --queue     n8n in queue mode: Redis, Postgres, main, a webhook process on the second port after <n>, two workers;
              keeps nothing
  --watch     builds the node anew when a source changes, and has n8n load it again`;

const ROOT = resolve(__dirname, '..', '..');
const DATA = join(ROOT, '.n8n-demo');

/** A minute of cold start and two of work, a hundred times faster. */
const TIMES = { workersMax: 3, coldStartMs: 60_000, runMs: 120_000, timeFactor: 0.01 };

const PARENT_CHECK_MS = 500;
/** The bucket and the webhook process take the two ports after it. */
const MAX_PORT = 65_533;

interface Flags {
	port: number;
	fresh: boolean;
	queue: boolean;
	watch: boolean;
}

type Closers = (() => Promise<void>)[];

class UsageError extends Error {}

async function main(): Promise<void> {
	const flags = readFlags(process.argv.slice(2));
	const signal = stopSignal();
	const closers: Closers = [];
	try {
		await serve(flags, signal, closers);
	} catch (error) {
		if (!signal.aborted) throw error;
	} finally {
		for (const close of closers.reverse()) await close();
	}
}

function readFlags(args: string[]): Flags {
	const { port, ...switches } = parseArgs({
		args,
		options: {
			port: { type: 'string', default: '5678' },
			fresh: { type: 'boolean', default: false },
			queue: { type: 'boolean', default: false },
			watch: { type: 'boolean', default: false },
		},
	}).values;
	if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > MAX_PORT)
		throw new UsageError(`--port must be a number from 1 to ${String(MAX_PORT)}, got "${port}"`);
	if (switches.queue && switches.watch)
		throw new UsageError('--watch reloads one n8n, and --queue starts several: choose one');
	return { port: Number(port), ...switches };
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

async function serve(flags: Flags, signal: AbortSignal, closers: Closers): Promise<void> {
	const { port, queue, watch } = flags;
	// What is missing is said before the minutes of the install.
	assertWhole(process.env);
	const missing = queue ? missingPrograms(process.env) : undefined;
	if (missing !== undefined) throw new Error(missing);
	// Not any free port: links that last are to open after the next start too.
	const storagePort = port + 1;
	await assertFree(port);
	if (!hasRealServices(process.env)) await assertFree(storagePort);
	if (queue) await assertFree(port + 2);
	const n8nFolder = await installN8n({ say, signal });
	const userFolder = await makeUserFolder(flags, closers);
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
	say(`Starting n8n${queue ? ' in queue mode' : ''}.`);
	const env = watch ? { N8N_DEV_RELOAD: 'true' } : {};
	const n8n = await start({ n8nFolder, userFolder, port, env, signal }, flags, closers);
	const credentials = [...services.credentials, mailbox.credential, blog.credential];
	const examples = await seed(n8n.rest, credentials, services.publicBaseUrl);
	say(`
The editor is at ${n8n.url}
  Email     ${OWNER.email}
  Password  ${OWNER.password}
${n8n.about}
${services.description}
Mails of the workflows are shown here, their posts at ${blog.url}
Workflows to try:
${examples.map((name) => `  ${name}`).join('\n')}

This n8n has N8N_UNVERIFIED_PACKAGES_ENABLED=true; n8n 3 loads the package with it alone.
${queue ? 'Nothing is kept.' : `Its data lies in ${relative(process.cwd(), DATA)}; --fresh starts over.`} Stop with Ctrl+C.`);
	if (watch) closers.push(watchSources({ userFolder, say, signal }));
	if (!signal.aborted) await once(signal, 'abort');
	say('Stopping.');
}

async function makeUserFolder({ fresh, queue }: Flags, closers: Closers): Promise<string> {
	if (queue) {
		const folder = await mkdtemp(join(tmpdir(), 'wan-avatar-n8n-'));
		closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
		return folder;
	}
	if (fresh) await rm(DATA, { recursive: true, force: true });
	// Credentials of real services and workflows that use them stay out of the stand-in's editor, and the other way round.
	const folder = join(DATA, hasRealServices(process.env) ? 'real' : 'stand-in');
	await mkdir(folder, { recursive: true });
	return folder;
}

interface Editor {
	url: string;
	rest: Rest;
	/** What else there is to know of this n8n. */
	about: string;
}

async function start(
	options: N8nOptions & { port: number },
	{ queue }: Flags,
	closers: Closers,
): Promise<Editor> {
	if (!queue) {
		const n8n = await startN8n(options);
		closers.push(n8n.close);
		return { ...n8n, about: '' };
	}
	const queueMode = await startQueueMode({ ...options, webhookPort: options.port + 2 });
	closers.push(queueMode.close);
	const { main, webhooks, workers } = queueMode;
	const pids = workers.map(({ pid }) => String(pid)).join(', ');
	return {
		...main,
		about: `
The webhook process is at ${webhooks.url}: it takes production webhooks and forms
The workers are the processes ${pids}: try kill -9 while a job runs
`,
	};
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
