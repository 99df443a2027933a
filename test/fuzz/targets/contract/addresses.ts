import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isOwnAddress, isPublicAddress } from '../../../../lib/base/data/publicAddress';
import { shareLinkFault } from '../../../../lib/contract/shareLink';
import { challengeIn } from '../../../../lib/deployment/registry/challenge';
import { fuzzTarget } from '../../target';
import { words } from '../../values';

/** First and last addresses of ranges that nobody reaches from outside, as numbers. */
const PRIVATE: readonly (readonly [number, number])[] = [
	[0x00_00_00_00, 0x00_ff_ff_ff],
	[0x0a_00_00_00, 0x0a_ff_ff_ff],
	[0x64_40_00_00, 0x64_7f_ff_ff],
	[0x7f_00_00_00, 0x7f_ff_ff_ff],
	[0xa9_fe_00_00, 0xa9_fe_ff_ff],
	[0xac_10_00_00, 0xac_1f_ff_ff],
	[0xc0_a8_00_00, 0xc0_a8_ff_ff],
];
const privateIps = fc
	.constantFrom(...PRIVATE)
	.chain(([first, last]) => fc.integer({ min: first, max: last }));
/** Ways in which a browser takes the number of an address. */
const written = fc.constantFrom<(ip: number) => string>(
	String,
	(ip) => `0x${ip.toString(16)}`,
	(ip) => [24, 16, 8, 0].map((shift) => (ip >>> shift) & 0xff).join('.'),
	(ip) => `[::ffff:${(ip >>> 16).toString(16)}:${(ip & 0xff_ff).toString(16)}]`,
	(ip) => `0${(ip >>> 24).toString(8)}.${String(ip & 0xff_ff_ff)}`,
);

/** However an address of a private network is written, it is not taken for one that a worker reaches. */
export const publicAddresses = fuzzTarget(
	'public addresses',
	fc.property(privateIps, written, words, fc.webUrl(), (ip, write, text, url) => {
		const host = write(ip);
		assert.ok(!isPublicAddress(`http://${host}:9000/a`), host);
		if (ip >>> 24 === 127) assert.ok(isOwnAddress(`http://${host}/a`), host);
		for (const any of [text, url]) assert.ok(!(isPublicAddress(any) && isOwnAddress(any)), any);
	}),
);

const sharers = fc.constantFrom(
	'drive.google.com',
	'docs.google.com',
	'www.dropbox.com',
	'onedrive.live.com',
	'a.sharepoint.com',
	'github.com',
	'huggingface.co',
	'imgur.com',
	'vimeo.com',
	'commons.wikimedia.org',
);
const paths = fc
	.array(
		fc.oneof(
			fc.constantFrom('file', 'd', 'u', '0', 'open', 's', 'scl', 'blob', 'wiki', ':v:', 'a'),
			fc.webSegment(),
		),
		{ maxLength: 6 },
	)
	.map((parts) => `/${parts.join('/')}`);
const queries = fc.oneof(
	fc.constantFrom('', '?dl=0', '?id=abc', '?resourcekey=x-1', '?raw=1', '?download=1'),
	fc.webQueryParameters().map((query) => `?${query}`),
);

/** What is told to be given in place of a page is no page itself. */
export const shareLinks = fuzzTarget(
	'links of pages',
	fc.property(sharers, paths, queries, (host, path, query) => {
		const fault = shareLinkFault(`https://${host}${path}${query}`);
		if (fault === undefined) return;
		assert.match(fault, /^is the address of a page of [A-Z]/);
		const [direct] = /https:\/\/\S+id=\S+/.exec(fault) ?? [];
		if (direct !== undefined) assert.equal(shareLinkFault(direct), undefined);
	}),
);

const labels = fc.constantFrom('docker', 'ghcr', 'auth', 'evil', 'co', 'example', 'registry');
const tops = fc.constantFrom('io', 'com', 'uk', 'co.uk', 'azurecr.io', 'github.io');
const hosts = fc
	.tuple(fc.array(labels, { minLength: 1, maxLength: 3 }), tops)
	.map(([names, top]) => [...names, top].join('.'));
const realms = fc
	.tuple(
		fc.constantFrom('https://', 'http://', 'HTTPS://', '//', ''),
		fc.constantFrom('', 'user:pass@', 'docker.io@'),
		hosts,
		fc.constantFrom('', '.', ':444'),
		fc.webPath(),
	)
	.map((parts) => parts.join(''));
const headers = fc.oneof(
	words,
	fc
		.tuple(
			fc.constantFrom('Bearer', 'bearer', 'Basic', 'Basic realm="x", Bearer'),
			fc.oneof(realms, words),
			words,
		)
		.map(([scheme, realm, service]) => `${scheme} realm="${realm}",service="${service}"`),
);

/** A password goes to the registry itself, or to another host of its domain, by HTTPS alone. */
export const challenges = fuzzTarget(
	'logins of registries',
	fc.property(headers, hosts, (header, registry) => {
		const read = challengeIn(header, registry);
		if ('reason' in read || read.tag === 'basic') return;
		const { protocol, hostname, username, password } = read.realm;
		assert.equal(protocol, 'https:');
		assert.equal(username + password, '');
		if (hostname === registry) return;
		const owned = registry.endsWith('.co.uk') ? 3 : 2;
		const domain = (host: string) => host.split('.').slice(-owned).join('.');
		assert.equal(domain(hostname), domain(registry));
		assert.doesNotMatch(domain(registry), /^(azurecr|github)\.io$/);
	}),
);
