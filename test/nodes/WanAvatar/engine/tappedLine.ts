import { connect, createServer, type Socket } from 'node:net';

/** A line to a server on this machine, on which all that is sent to it can be read. */
export interface TappedLine {
	port: number;
	sent: () => string;
	close: () => void;
}

export async function startTappedLine(targetPort: number): Promise<TappedLine> {
	const pieces: Buffer[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((caller) => {
		const target = connect(targetPort, '127.0.0.1');
		for (const [one, other] of [
			[caller, target],
			[target, caller],
		] as const) {
			sockets.add(one);
			one.on('error', () => other.destroy());
			one.pipe(other);
		}
		caller.on('data', (piece: Buffer) => pieces.push(piece));
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	return {
		port: typeof address === 'object' && address ? address.port : 0,
		sent: () => Buffer.concat(pieces).toString('latin1'),
		close: () => {
			for (const socket of sockets) socket.destroy();
			server.close();
		},
	};
}
