import type { IExecuteFunctions } from 'n8n-workflow';
import type { JobMemory, SpendingNotes } from '../../../lib/generation/request/ports';

const KEY = 'wanAvatarJobs';

/** Notes that n8n keeps for this node between the tries of one execution (Retry On Fail), in memory until it saves. */
export function executionMemory(context: Pick<IExecuteFunctions, 'getContext'>): JobMemory {
	const node = context.getContext('node');
	return {
		read: (slot) => {
			const notes: unknown = node[KEY];
			return isNotes(notes) && Object.hasOwn(notes, slot) ? notes[slot] : undefined;
		},
		write: (slot, note) => {
			const notes: unknown = node[KEY];
			// In place: a copy for each note would be quadratic in the items.
			if (isNotes(notes)) notes[slot] = note;
			else node[KEY] = { [slot]: note };
		},
	};
}

function isNotes(notes: unknown): notes is Record<string, unknown> {
	return typeof notes === 'object' && notes !== null;
}

const SPENDING = 'wanAvatarSpending';
const spendings = new WeakMap<object, SpendingNotes>();

/**
 * What n8n keeps of what this node has spent in one execution: over its tries, over all turns of a loop, over all calls of a
 * tool, and while it sleeps.
 * @returns nothing where no run of it has had a limit yet, or none can be read, unless this one has
 * @throws WanAvatarError where this one has, and what was kept cannot be read
 */
export async function executionSpending(
	context: Pick<IExecuteFunctions, 'getContext'>,
	isLimited: boolean,
): Promise<SpendingNotes | undefined> {
	const { readSpending } = await import('../../../lib/generation/spending/notes');
	const node = context.getContext('node');
	const known = spendings.get(node);
	if (known) return known;
	const kept: unknown = node[SPENDING];
	if (kept === undefined && !isLimited) return undefined;
	const spending = isLimited ? readSpending(kept) : unlessUnreadable(() => readSpending(kept));
	if (!spending) return undefined;
	node[SPENDING] = spending;
	spendings.set(node, spending);
	return spending;
}

/** A job that has ended is given out, though it cannot be booked. */
function unlessUnreadable(read: () => SpendingNotes): SpendingNotes | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}

const NAME = 'wanAvatarExecution';

/** n8n's own agents run a tool in no execution: what such a run does gets a name of its own. */
export function executionIdOf(
	context: Pick<IExecuteFunctions, 'getContext' | 'getExecutionId'>,
): string {
	const id: string | undefined = context.getExecutionId();
	if (id) return id;
	const node = context.getContext('node');
	const given: unknown = node[NAME];
	const name =
		typeof given === 'string' ? given : `tool-${Math.random().toString(36).slice(2, 12)}`;
	node[NAME] = name;
	return name;
}

/** How often this node has run in this execution: a loop runs it again with other items. */
export function runIndexOf(context: IExecuteFunctions): number {
	const { $runIndex } = context.getWorkflowDataProxy(0);
	return typeof $runIndex === 'number' ? $runIndex : 0;
}

/** A model may make the same call several times at once: they share one piece of work, and its answer. */
export interface SharedCalls<T> {
	/** Joins the work that is under way for this node and execution under the name, or begins it. */
	join: (
		context: Pick<IExecuteFunctions, 'getContext'>,
		name: string,
		begin: () => Promise<T>,
	) => Promise<T>;
}

export function createSharedCalls<T>(): SharedCalls<T> {
	// n8n has one such object for each node of an execution, and drops it with the execution.
	const calls = new WeakMap<object, Map<string, Promise<T>>>();
	return {
		join: async (context, name, begin) => {
			const node = context.getContext('node');
			const underway = calls.get(node) ?? new Map<string, Promise<T>>();
			calls.set(node, underway);
			const known = underway.get(name);
			if (known) return await known;
			const work = begin();
			underway.set(name, work);
			try {
				return await work;
			} finally {
				underway.delete(name);
			}
		},
	};
}
