import * as generate from './avatar/generate.operation';
import * as cancel from './job/cancel.operation';
import * as getStatus from './job/getStatus.operation';
import * as retry from './job/retry.operation';
import * as wait from './job/wait.operation';
import type { Operation } from './operation';

/** Every operation there is, by `resource:operation`. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
	['avatar:generate', generate],
	['job:cancel', cancel],
	['job:getStatus', getStatus],
	['job:retry', retry],
	['job:wait', wait],
]);
