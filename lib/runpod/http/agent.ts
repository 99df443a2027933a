import type { Dispatcher } from 'undici';
import { MAX_ANSWER_BYTES } from '../../contract/answerLimits';
import { LIMITS } from '../../base/async/timeLimits';

/** The code of a proxy that opens no tunnel. */
const PROXY_REFUSED = 'PROXY_REFUSED';

// RunPod allows 400 status requests of an endpoint at once.
const MAX_CONNECTIONS = 50;

/** For undici: no cap on the size of an answer. */
export const ANY_SIZE = -1;

/** Keep-alive, time limits, a cap on the answer's size, and the environment's proxy settings. */
export function createAgent(
	undici: typeof import('undici'),
	maxResponseSize = MAX_ANSWER_BYTES,
): Dispatcher {
	return new undici.EnvHttpProxyAgent({
		connect: { timeout: LIMITS.connectMs },
		connections: MAX_CONNECTIONS,
		headersTimeout: LIMITS.silenceMs,
		bodyTimeout: LIMITS.silenceMs,
		maxResponseSize,
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
