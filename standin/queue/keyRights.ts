import { problem, RefusedRequest } from './answers';
import type { Route } from './target';

/** `none`, only what reads, or all. */
export type KeyRight = 'none' | 'read' | 'write';

/** What a restricted key may do: with the endpoints that are named, and with all others. */
export interface KeyRights {
	endpoints?: Readonly<Record<string, KeyRight>>;
	/** Default `write`. */
	others?: KeyRight;
}

const WRITES: readonly Route[] = ['run', 'runsync', 'cancel', 'retry', 'purge-queue'];

/** Throws a RefusedRequest where the key may not do that. */
export function checkRight(route: Route, endpointId: string, rights: KeyRights): void {
	const { endpoints = {}, others = 'write' } = rights;
	const right = endpoints[endpointId] ?? others;
	if (right === 'write' || (right === 'read' && !WRITES.includes(route))) return;
	throw new RefusedRequest(problem(403, 'access denied'));
}
