import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, jest } from '@jest/globals';
import type { ObjectStore } from '../../../standin/objectStore/objectStore';
import { BUCKET, makeBytes, makeFolder, startStore } from '../objectStore/objectStoreSetup';
import { type DebianClient, describeWithClient, runClient } from './debianClient';

// Each call is a process of Python, which takes its time to load.
jest.setTimeout(120_000);

const awscli: DebianClient = {
	name: 'awscli',
	program: '/usr/bin/aws',
	versionArgs: ['--version'],
};
// More than what goes up in one piece.
const largeBytes = 12 * 1024 ** 2;

describeWithClient(awscli, () => {
	let store: ObjectStore;
	let folder: string;
	beforeEach(async () => {
		store = await startStore();
		folder = makeFolder();
	});

	/** What it prints; throws its own words where it failed. */
	async function aws(...args: string[]): Promise<string> {
		const all = ['--endpoint-url', store.url, ...args];
		const { exitCode, stdout, stderr } = await runClient(awscli.program, all, store);
		if (exitCode !== 0) throw new Error(stderr || stdout);
		return stdout;
	}

	it('makes a bucket, and puts, lists, heads, moves and removes objects', async () => {
		const file = join(folder, 'a b+ü.txt');
		writeFileSync(file, 'content');
		await aws('s3', 'mb', 's3://second');
		await aws('s3', 'cp', file, 's3://second/x/', '--metadata', 'who=me', '--quiet');
		await aws('s3', 'mv', 's3://second/x/a b+ü.txt', 's3://second/y/z/b.txt', '--quiet');

		expect(await aws('s3', 'ls')).toContain(' second\n');
		expect(await aws('s3', 'ls', 's3://second/')).toMatch(/^ +PRE y\/\n$/);
		expect(await aws('s3', 'ls', 's3://second/', '--recursive')).toMatch(/ 7 y\/z\/b\.txt\n$/);
		const head = await aws('s3api', 'head-object', '--bucket=second', '--key=y/z/b.txt');
		expect(JSON.parse(head)).toMatchObject({
			ContentLength: 7,
			ContentType: 'text/plain',
			Metadata: { who: 'me' },
		});
		await aws('s3', 'rb', 's3://second', '--force');
		expect(store.buckets).toEqual([BUCKET]);
	});

	it('takes a large file up in parts, copies it inside the store, and down again', async () => {
		const bytes = makeBytes(largeBytes);
		writeFileSync(join(folder, 'up.mp4'), bytes);
		await aws('s3', 'cp', join(folder, 'up.mp4'), `s3://${BUCKET}/up.mp4`, '--quiet');
		await aws('s3', 'cp', `s3://${BUCKET}/up.mp4`, `s3://${BUCKET}/copy.mp4`, '--quiet');
		await aws('s3', 'cp', `s3://${BUCKET}/copy.mp4`, join(folder, 'down.mp4'), '--quiet');

		expect(readFileSync(join(folder, 'down.mp4')).equals(bytes)).toBe(true);
		const partCopies = store
			.calls()
			.filter(({ key, query }) => key === 'copy.mp4' && query.partNumber);
		expect(partCopies.map(({ status }) => status)).toEqual([200, 200]);
	});

	it('presigns what anybody opens', async () => {
		await store.putBytes(BUCKET, 'a.txt', 'content');
		const url = await aws('s3', 'presign', `s3://${BUCKET}/a.txt`, '--expires-in', '60');
		expect(await (await fetch(url.trim())).text()).toBe('content');
	});

	it('hears S3 errors in their own names', async () => {
		await expect(
			aws('s3api', 'get-object', '--bucket', BUCKET, '--key', 'none', join(folder, 'none')),
		).rejects.toThrow('(NoSuchKey)');
		for (const call of [
			['get-bucket-versioning'],
			['put-object', '--key', 'a', '--acl', 'public-read'],
			['put-object', '--key', 'a', '--checksum-algorithm', 'SHA256'],
		]) {
			const asked = aws('s3api', ...call, '--bucket', BUCKET);
			await expect(asked).rejects.toThrow('(NotImplemented)');
		}
		expect(store.keys(BUCKET)).toEqual([]);
	});
});
