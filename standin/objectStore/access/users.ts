import { readClaim } from './claim';
import { Policy, type Denial } from './policy';
import type { SignedRequest } from './signature';

/** An access key beside the store's own, with fewer rights. */
export interface UserKeys {
	accessKey: string;
	secretKey: string;
}

/** Whose request it is, as far as it says so. */
export interface User extends UserKeys {
	policy: Policy;
}

/** All access keys of a store; the first is its own. */
export class Users {
	readonly #users = new Map<string, User>();
	readonly own: User;

	constructor(own: UserKeys) {
		this.own = { ...own, policy: new Policy() };
		this.#users.set(own.accessKey, this.own);
	}

	add(keys: UserKeys, denials: readonly Denial[]): void {
		const policy = new Policy();
		policy.set(denials);
		this.#users.set(keys.accessKey, { ...keys, policy });
	}

	/** The store's own for a key that nobody has: its signature does not fit. */
	of(request: SignedRequest): User {
		return this.#users.get(readClaim(request).accessKey) ?? this.own;
	}
}
