import { describe, expect, it } from '@jest/globals';
import { name as packageName } from '../../../package.json';
import { calledAs } from '../../../cli/output/calledAs';
import { paintFor, PLAIN } from '../../../cli/output/paint';
import { similarName } from '../../../cli/output/similar';
import { waitText } from '../../../cli/output/waitText';
import { VARIABLES } from '../../../lib/deployment/settings/variables';

const KNOWN = VARIABLES.map(({ name }) => name);

describe('a name that is not known', () => {
	it.each([
		['RUNPOD_WORKER_MAX', 'RUNPOD_WORKERS_MAX'],
		['RUNPOD_MAX_WORKERS', 'RUNPOD_WORKERS_MAX'],
		['RUNPOD_APIKEY', 'RUNPOD_API_KEY'],
		['runpod_api_key', 'RUNPOD_API_KEY'],
		['runpodApiKey', 'RUNPOD_API_KEY'],
		['RUNPOD-API-KEY', 'RUNPOD_API_KEY'],
		['RUNPOD_IMAGE', 'RUNPOD_IMAGE_NAME'],
		['DOCKER_HUB_PASSWORD', 'DOCKERHUB_PASSWORD'],
		['DOCKERHUB_USER_NAME', 'DOCKERHUB_USERNAME'],
		['MINIO_SECRET', 'MINIO_SECRET_KEY'],
		['MINIO_ENPOINT', 'MINIO_ENDPOINT'],
		['MINIO_BUCKETS', 'MINIO_BUCKET'],
		['WANAVATAR_NAME', 'WAN_AVATAR_NAME'],
	])('%s is like %s', (name, meant) => {
		expect(similarName(name, KNOWN)).toBe(meant);
	});

	it.each([
		'PATH',
		'NAME',
		'RUNPOD',
		'RUNPOD_POD_ID',
		'RUNPOD_WEBHOOK_GET_JOB',
		'MINIO_ROOT_USER',
		'MINIO_ROOT_PASSWORD',
		'MINIO_REGION',
		'DATABASE_URL',
		'N8N_ENCRYPTION_KEY',
		'AWS_SECRET_ACCESS_KEY',
	])('%s is like none', (name) => {
		expect(similarName(name, KNOWN)).toBeUndefined();
	});
});

describe('colours', () => {
	it.each([
		['a terminal', { isTTY: true }, {}, true],
		['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
		['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
		['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
		['a file', {}, {}, false],
	])('on %s', (_name, stream, environment, expected) => {
		expect(paintFor(stream, environment) !== PLAIN).toBe(expected);
	});
});

describe('how the program was started', () => {
	it.each([
		['by its name', {}, "wan-avatar health --name 'my twin'"],
		['by npx', { npm_lifecycle_event: 'npx' }, `npx ${packageName} health --name 'my twin'`],
		[
			'by npx without n8n',
			{ npm_lifecycle_event: 'npx', npm_config_omit: 'peer' },
			`npm_config_omit=peer npx ${packageName} health --name 'my twin'`,
		],
		[
			'by npx from a tarball, since the name may not be published',
			{ npm_lifecycle_event: 'npx', npm_config_package: '/tmp/wan-avatar-0.1.0.tgz' },
			"npx --package=/tmp/wan-avatar-0.1.0.tgz wan-avatar health --name 'my twin'",
		],
		[
			'by npm run in a checkout',
			{ npm_lifecycle_event: 'plan', npm_package_name: packageName },
			"npm run health -- --name 'my twin'",
		],
		[
			'in a script of another package',
			{ npm_lifecycle_event: 'deploy', npm_package_name: 'theirs' },
			"wan-avatar health --name 'my twin'",
		],
	])('%s', (_name, environment, expected) => {
		expect(calledAs(environment)('health', '--name', 'my twin')).toBe(expected);
	});

	it('needs no -- without flags', () => {
		const environment = { npm_lifecycle_event: 'plan', npm_package_name: packageName };
		expect(calledAs(environment)('health')).toBe('npm run health');
	});
});

it.each([
	[0, { throttled: 2 }, '  0:00 cold (2 throttled): why'],
	[65_400, { initializing: 1, unhealthy: 1 }, '  1:05 cold (1 initializing, 1 unhealthy): why'],
	[3_600_000, {}, '  60:00 cold (no worker): why'],
])('after %d ms with the workers %j it says "%s"', (elapsedMs, workers, expected) => {
	const none = { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 };
	const report = {
		endpoint_id: 'abc',
		name: 'wan-avatar',
		health: 'cold' as const,
		meaning: 'why',
		notes: [],
		workers: { ...none, ...workers, min: 0, max: 1 },
		jobs: { in_queue: 0, in_progress: 0, completed: 0, failed: 0, retried: 0 },
		cached_model: null,
		worker_details: null,
	};
	expect(waitText(elapsedMs, report)).toBe(expected);
});
