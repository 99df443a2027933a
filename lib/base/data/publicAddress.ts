/** Names that are known in one house or one machine only. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|localdomain|test)$/;
/** Ranges that no router of the internet passes on (RFC 1918, 3927, 6598), and the machine itself. */
const LOCAL_IPV4 =
	/^(0|10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const LOCAL_IPV6 = /^\[(::|f[cd]|fe[89ab])/;

/** The machine itself, and its nearest cable. */
const OWN_IPV4 = /^(0|127|169\.254)\./;
const OWN_IPV6 = /^\[(::1?\]|::ffff:7f|fe[89ab])/;

/** Whether the host of an address can be reached from anywhere, as far as its name tells. */
export function isPublicAddress(url: string): boolean {
	if (!URL.canParse(url)) return false;
	const host = hostOf(url);
	if (LOCAL_IPV6.test(host)) return false;
	if (host.startsWith('[')) return true;
	return host.includes('.') && !LOCAL_NAME.test(host) && !LOCAL_IPV4.test(host);
}

/** Whether an address means its reader's own machine, or a name that only containers beside each other know. */
export function isOwnAddress(url: string): boolean {
	if (!URL.canParse(url)) return false;
	const host = hostOf(url);
	if (host.startsWith('[')) return OWN_IPV6.test(host);
	return OWN_IPV4.test(host) || !host.includes('.') || host.endsWith('.localhost');
}

function hostOf(url: string): string {
	return new URL(url).hostname.replace(/\.$/, '');
}
