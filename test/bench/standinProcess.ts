import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod/v4';
import type { Credentials } from '../../demo/engine';

const address = z.object({
	runpod: z.object({
		baseUrl: z.string(),
		managementBaseUrl: z.string(),
		endpointId: z.string(),
		apiKey: z.string(),
	}),
	minio: z.object({
		endPoint: z.string(),
		port: z.number(),
		useSSL: z.boolean(),
		accessKey: z.string(),
		secretKey: z.string(),
		bucket: z.string(),
	}),
});

export type Address = z.output<typeof address>;

/** The stand-in in a process of its own, so that it does not share the measured one's time and memory. */
export async function startStandInProcess(flags: string[]): Promise<{
	address: Address;
	credentials: Credentials;
	/** Gives what a fast stand-in says of its traffic; nothing of another one. */
	stop: () => Promise<unknown>;
}> {
	const child = spawn(process.execPath, ['--import', 'tsx', 'standin/main.ts', ...flags], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const lines = createInterface({ input: child.stdout });
	const [line] = z.tuple([z.string()]).parse(await once(lines, 'line'));
	const { runpod, minio } = address.parse(JSON.parse(line));
	return {
		address: { runpod, minio },
		credentials: {
			runPodApi: { ...runpod, queueBaseUrl: runpod.baseUrl },
			minioApi: { ...minio, endpoint: `${minio.endPoint}:${String(minio.port)}` },
		},
		stop: async () => {
			let last = '';
			lines.on('line', (said) => (last = said));
			child.kill('SIGTERM');
			await once(child, 'exit');
			const said: unknown = last === '' ? undefined : JSON.parse(last);
			return said;
		},
	};
}
