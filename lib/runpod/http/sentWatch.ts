import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;

/**
 * Tells whether a request can have reached its host: undici starts it only once its connector has handed over a socket,
 * after the handshake of TLS and the tunnel of a proxy. No error code tells that.
 */
export class SentWatch {
	readonly dispatcher: Dispatcher;
	#isSent = false;

	constructor(dispatcher: Dispatcher) {
		const onStart = () => {
			this.#isSent = true;
		};
		this.dispatcher = dispatcher.compose(
			(dispatch) => (options, handler) => dispatch(options, startsWatched(handler, onStart)),
		);
	}

	get isSent(): boolean {
		return this.#isSent;
	}
}

function startsWatched(handler: Handler, onStart: () => void): Handler {
	return {
		onRequestStart: (controller, context) => {
			onStart();
			handler.onRequestStart?.(controller, context);
		},
		onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
		onResponseStart: (...args) => handler.onResponseStart?.(...args),
		onResponseData: (...args) => handler.onResponseData?.(...args),
		onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
		onResponseError: (...args) => handler.onResponseError?.(...args),
	};
}
