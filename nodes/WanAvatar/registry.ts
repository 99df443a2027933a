import * as generate from './avatar/generate.operation';
import * as getStatus from './job/getStatus.operation';
import type { Operation } from './operation';

/** Every operation there is, by `resource:operation`. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
	['avatar:generate', generate],
	['job:getStatus', getStatus],
]);
