import type { Dispatcher } from 'undici';

/** The code of a proxy that opens no tunnel: nothing was sent through it. */
export const PROXY_REFUSED = 'PROXY_REFUSED';

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
// RunPod's own limit for a result is 20 MB; what this package reads is a few kB.
const MAX_ANSWER_BYTES = 20 * 1024 * 1024;
// RunPod allows 400 status requests of an endpoint at once.
const MAX_CONNECTIONS = 50;

/** Keep-alive, time limits, a cap on the answer's size, and the environment's proxy settings. */
export function createAgent(undici: typeof import('undici')): Dispatcher {
	return new undici.EnvHttpProxyAgent({
		connect: { timeout: CONNECT_TIMEOUT_MS },
		connections: MAX_CONNECTIONS,
		headersTimeout: ANSWER_TIMEOUT_MS,
		bodyTimeout: ANSWER_TIMEOUT_MS,
		maxResponseSize: MAX_ANSWER_BYTES,
		clientFactory: (origin, options) => connectionToProxy(undici, origin, options),
	});
}

/**
 * undici 7 connects again without a pause, and freezes the process, when a proxy closes the connection of a CONNECT
 * with an error of code UND_ERR_SOCKET: any other code ends the request.
 */
function connectionToProxy(
	{ Pool }: typeof import('undici'),
	origin: URL,
	options: object,
): Dispatcher {
	const pool = new Pool(origin, options);
	const connect = pool.connect.bind(pool);
	const careful = async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
		const opened = await connect(request).catch((error: unknown) => {
			throw proxyRefused(error);
		});
		if (opened.statusCode === 200) return opened;
		opened.socket.destroy();
		throw proxyRefused(`HTTP ${String(opened.statusCode)}`);
	};
	return Object.assign(pool, { connect: careful });
}

function proxyRefused(cause: unknown): Error {
	return Object.assign(new Error('The proxy opens no connection', { cause }), {
		code: PROXY_REFUSED,
	});
}
