import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { deployed, variablesOf } from '../deployed';
import { ATTACKED_FOLDER, LIMIT_SCALE } from '../matrix';
import {
	anyManagementRequest,
	anyQueueRequest,
	managementOperation,
	managementWrites,
} from '../phases';
import type { Ending, Running, Subject } from './subject';
import { IMAGE, type World } from '../world';

const program = join(ATTACKED_FOLDER, 'dist/cli/wan-avatar.js');
const GRACE_MS = 5000;
const WAIT_MINUTES = 0.1;
const callsMs = 2 * 60_000 * LIMIT_SCALE * 1.1 + GRACE_MS;
/** A new endpoint is waited for, whatever the scale. */
const servedMs = 60_000 + callsMs;
/** So long the terminal waits to set min workers back after Ctrl+C. */
const SET_BACK_MS = 30_000;
const STOP_MS = 2000;

const reads = { management: [anyManagementRequest], queue: [anyQueueRequest] };
const readsAndWrites = { ...reads, management: [anyManagementRequest, managementWrites] };

/** The commands of the terminal, and deploy with its wait. */
export const commandSubjects: readonly Subject[] = [
	command('plan', [], { phases: { management: [anyManagementRequest] } }),
	command('deploy', ['--yes'], { phases: readsAndWrites, limitMs: servedMs }),
	command('deploy --wait', ['--yes', '--wait', '--wait-timeout', String(WAIT_MINUTES)], {
		// What comes first of deploy is attacked above: here the endpoint is there, and is waited for.
		phases: {
			management: [
				anyManagementRequest,
				managementOperation('updateEndpoint', 0),
				managementOperation('updateEndpoint', 1),
			],
			queue: [anyQueueRequest],
		},
		limitMs: WAIT_MINUTES * 60_000 * 1.1 + GRACE_MS + callsMs,
		stopLimitMs: ({ spoilsCancel }) => (spoilsCancel ? SET_BACK_MS + STOP_MS : STOP_MS),
		prepare: deployed,
	}),
	command('destroy', ['--yes'], { phases: readsAndWrites, prepare: deployed }),
	command('update-image', ['--yes', '--image', `${IMAGE}b`], {
		phases: { management: [anyManagementRequest, managementWrites] },
		prepare: deployed,
	}),
	command('health', [], { phases: reads, prepare: deployed }),
];

function command(
	name: string,
	flags: readonly string[],
	{
		limitMs = callsMs,
		...rest
	}: Pick<Subject, 'phases' | 'prepare' | 'stopLimitMs'> & {
		limitMs?: number;
	},
): Subject {
	return {
		name: `wan-avatar ${name}`,
		limitMs,
		paysForJobs: false,
		...rest,
		start: async (world) =>
			Promise.resolve(startCommand(world, [name.split(' ')[0] ?? '', ...flags])),
	};
}

function startCommand(world: World, args: readonly string[]): Running {
	const child = spawn(process.execPath, [program, ...args], {
		env: { PATH: process.env.PATH, ...variablesOf(world) },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (said += text));
	const ended = once(child, 'close').then(([code]): Ending => ({ said, isError: code !== 0 }));
	return {
		ended,
		stop: () => {
			child.kill('SIGINT');
		},
		abandon: () => {
			child.kill('SIGKILL');
		},
	};
}
