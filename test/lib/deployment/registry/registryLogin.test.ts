import { describe, expect, it } from '@jest/globals';
import { registryLogin } from '../../../../lib/deployment/registry/registryLogin';
import { parseContainerRegistry } from '../../../../lib/deployment/settings/containerRegistryCredential';
import { HttpFailure, type HttpAnswer, type HttpRequest } from '../../../../lib/runpod/http/http';

const PASSWORD = 'pass-word-of-the-user';
const TOKEN = 'token-of-the-registry';
const right = `Basic ${Buffer.from(`someone:${PASSWORD}`).toString('base64')}`;

const bearer = (realm: string, service = 'registry') =>
	`Bearer realm="${realm}",service="${service}"`;
const challenged = (wwwAuthenticate: string): HttpAnswer => ({
	status: 401,
	text: '{"errors":[]}',
	wwwAuthenticate,
});

/** A registry as it answers `GET /v2/`, its token address and what that says; everything that was asked of it. */
function registry({
	challenge,
	tokenStatus = 200,
	token = JSON.stringify({ token: TOKEN }),
}: {
	challenge: HttpAnswer;
	tokenStatus?: number;
	token?: string;
}) {
	const asked: HttpRequest[] = [];
	const send = async (request: HttpRequest): Promise<HttpAnswer> => {
		asked.push(request);
		const { authorization } = request.headers;
		if (!request.url.endsWith('/v2/')) return Promise.resolve({ status: tokenStatus, text: token });
		if (authorization === undefined) return Promise.resolve(challenge);
		const isIn = authorization === `Bearer ${TOKEN}` || authorization === right;
		return Promise.resolve(isIn ? { status: 200, text: '{}' } : challenge);
	};
	return { asked, send };
}

async function login(send: (request: HttpRequest) => Promise<HttpAnswer>, host = '') {
	const credential = { username: 'someone', password: PASSWORD, registry: host };
	return await registryLogin(parseContainerRegistry(credential), { send });
}

describe('a login that is right', () => {
	it('is asked of Docker Hub where no registry is named', async () => {
		const realm = 'https://auth.docker.io/token';
		const { asked, send } = registry({
			challenge: challenged(bearer(realm, 'registry.docker.io')),
		});

		expect(await login(send)).toEqual({ tag: 'accepted', host: 'registry-1.docker.io' });
		expect(asked.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
			['GET', 'https://registry-1.docker.io/v2/', undefined],
			['GET', `${realm}?service=registry.docker.io&account=someone`, right],
			['GET', 'https://registry-1.docker.io/v2/', `Bearer ${TOKEN}`],
		]);
	});

	it.each([
		['ghcr.io', bearer('https://ghcr.io/token', 'ghcr.io')],
		['quay.io', bearer('https://quay.io/v2/auth', 'quay.io')],
		['registry.gitlab.com', bearer('https://gitlab.com/jwt/auth', 'container_registry')],
		['registry.example.com:5000', 'bearer realm="https://registry.example.com:5001/auth"'],
		[
			'123.dkr.ecr.eu-west-1.amazonaws.com',
			'Basic realm="https://123.dkr.ecr.eu-west-1.amazonaws.com/"',
		],
	])('is accepted by %s', async (host, challenge) => {
		expect(await login(registry({ challenge: challenged(challenge) }).send, host)).toEqual({
			tag: 'accepted',
			host,
		});
	});

	it('is known by an access_token as well', async () => {
		const challenge = challenged(bearer('https://acme.azurecr.io/oauth2/token'));
		const token = JSON.stringify({ access_token: TOKEN });
		expect(await login(registry({ challenge, token }).send, 'acme.azurecr.io')).toMatchObject({
			tag: 'accepted',
		});
	});
});

describe('a login that is wrong', () => {
	it.each([400, 401, 403])('is refused by the token address (%i)', async (tokenStatus) => {
		const challenge = challenged(bearer('https://ghcr.io/token'));
		const { send } = registry({ challenge, tokenStatus, token: '{}' });
		expect(await login(send, 'ghcr.io')).toEqual({ tag: 'refused', host: 'ghcr.io' });
	});

	it('is refused by the registry, though there was a token', async () => {
		const challenge = challenged(bearer('https://ghcr.io/token'));
		const { send } = registry({ challenge, token: JSON.stringify({ token: 'of-nobody' }) });
		expect(await login(send, 'ghcr.io')).toEqual({ tag: 'refused', host: 'ghcr.io' });
	});

	it('is refused by one that asks for user name and password', async () => {
		const { send } = registry({ challenge: challenged('Basic realm="r"') });
		const credential = { username: 'someone', password: 'mistyped', registry: 'r.example.com' };
		expect(await registryLogin(parseContainerRegistry(credential), { send })).toMatchObject({
			tag: 'refused',
		});
	});
});

describe('what cannot be tested says why, and sends the password nowhere', () => {
	it.each<[string, HttpAnswer, RegExp]>([
		['a registry for everybody', { status: 200, text: '{}' }, /asks for no login/],
		['no registry', { status: 404, text: '<html>' }, /does not answer as a registry.*HTTP 404/],
		['a redirect', { status: 302, text: '' }, /does not answer as a registry.*HTTP 302/],
		['a registry in trouble', { status: 503, text: '' }, /HTTP 503/],
		['a 401 without a way in', { status: 401, text: '' }, /names no way to log in/],
		['another kind of login', challenged('Negotiate'), /names no way to log in/],
		[
			'a login elsewhere',
			challenged(bearer('https://evil.example.net/token')),
			/evil\.example\.net/,
		],
		['a login in the clear', challenged(bearer('http://r.example.com/token')), /not by HTTPS/],
		['no address of a login', challenged(bearer('/token')), /names no way to log in/],
		['a user in the address', challenged(bearer('https://a:b@r.example.com/t')), /names no way/],
	])('%s', async (_what, challenge, reason) => {
		const { asked, send } = registry({ challenge });
		expect(await login(send, 'r.example.com')).toEqual({
			tag: 'untested',
			host: 'r.example.com',
			reason: expect.stringMatching(reason),
		});
		expect(asked).toHaveLength(1);
		expect(JSON.stringify(asked)).not.toContain(right);
	});

	it.each([
		['registry.alice.co.uk', 'auth.mallory.co.uk'],
		['registry.alice.com.au', 'mallory.com.au'],
		['alice.azurecr.io', 'mallory.azurecr.io'],
		['1.dkr.ecr.us-east-1.amazonaws.com', 'mallory.us-east-1.amazonaws.com'],
	])('a login of another customer of the same domain: %s, %s', async (host, other) => {
		const { asked, send } = registry({ challenge: challenged(bearer(`https://${other}/token`)) });
		expect(await login(send, host)).toMatchObject({
			tag: 'untested',
			reason: expect.stringContaining(other),
		});
		expect(asked).toHaveLength(1);
	});

	it.each([
		['registry.alice.co.uk', 'gitlab.alice.co.uk'],
		['alice.azurecr.io', 'alice.azurecr.io'],
	])('but one of the same owner is asked: %s, %s', async (host, other) => {
		const { asked, send } = registry({ challenge: challenged(bearer(`https://${other}/token`)) });
		await login(send, host);
		expect(asked.length).toBeGreaterThan(1);
	});

	it.each([429, 500, 503])('a token address in trouble (%i)', async (tokenStatus) => {
		const challenge = challenged(bearer('https://r.example.com/token'));
		const { send } = registry({ challenge, tokenStatus, token: 'busy' });
		expect(await login(send, 'r.example.com')).toMatchObject({ tag: 'untested' });
	});

	it('a host that cannot be reached', async () => {
		const send = async () => Promise.reject(new HttpFailure('ENOTFOUND', false));
		expect(await login(send, 'r.example.com')).toEqual({
			tag: 'untested',
			host: 'r.example.com',
			reason: expect.stringMatching(/cannot be reached from n8n \(ENOTFOUND\)/),
		});
	});
});
