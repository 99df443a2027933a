/** How a registry wants to be told who asks. */
export type Challenge =
	{ tag: 'basic' } | { tag: 'token'; realm: URL; service: string | undefined };

const NO_WAY = { reason: 'it names no way to log in' };

/**
 * Reads `WWW-Authenticate`. The password goes to no other owner's host, and never in the clear.
 * @returns the reason, as goes on from "since", where nobody may be logged in so
 */
export function challengeIn(
	wwwAuthenticate: string | undefined,
	registry: string,
): Challenge | { reason: string } {
	const header = wwwAuthenticate ?? '';
	const at = header.search(/\bBearer\b/i);
	if (at < 0) return /\bBasic\b/i.test(header) ? { tag: 'basic' } : NO_WAY;
	const parameters = header.slice(at);
	const given = /\brealm="([^"]*)"/i.exec(parameters)?.[1] ?? '';
	if (!URL.canParse(given)) return NO_WAY;
	const realm = new URL(given);
	if (realm.username !== '' || realm.password !== '') return NO_WAY;
	if (realm.protocol !== 'https:') return { reason: 'its login is not by HTTPS' };
	if (!isOfSameOwner(realm.hostname, new URL(`https://${registry}`).hostname))
		return { reason: `its login is at ${realm.hostname}, to which no password is sent` };
	return { tag: 'token', realm, service: /\bservice="([^"]*)"/i.exec(parameters)?.[1] };
}

/** Domains in which every customer of a cloud has names of his own. */
const OF_MANY_OWNERS =
	/(?:^|\.)(?:amazonaws\.com|azurecr\.(?:io|cn|us)|pkg\.dev|run\.app|web\.app|github\.io|gitlab\.io|pages\.dev|workers\.dev|herokuapp\.com|vercel\.app|netlify\.app|fly\.dev|ngrok\.io|ngrok-free\.app|ts\.net|windows\.net|azure\.com|cloudfront\.net|aliyuncs\.com)$/;

/** Names such as `co.uk`, below which the owner's own name stands. */
const SHORT_SECOND = /^(?:[a-z]{2,3}|info|gouv|govt|mail)$/;

/** The same host, or another one of its domain, as auth.docker.io is of registry-1.docker.io. */
function isOfSameOwner(host: string, registry: string): boolean {
	if (host === registry) return true;
	if (!/[a-z]$/i.test(host) || OF_MANY_OWNERS.test(host)) return false;
	return domainOf(host) === domainOf(registry);
}

function domainOf(host: string): string {
	const labels = host.toLowerCase().split('.');
	const [second = '', top = ''] = labels.slice(-2);
	return labels.slice(top.length === 2 && SHORT_SECOND.test(second) ? -3 : -2).join('.');
}
