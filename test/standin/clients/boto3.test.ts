import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import * as z from 'zod/v4';
import { startObjectStore, type ObjectStore } from '../../../standin/objectStore/objectStore';
import { BUCKET, errorCode } from '../objectStore/objectStoreSetup';
import { type DebianClient, describeWithClient, runClient } from './debianClient';

// One process of Python makes all calls.
jest.setTimeout(120_000);

const boto3: DebianClient = {
	name: 'python3-boto3',
	program: '/usr/bin/python3',
	versionArgs: ['-c', 'import boto3; print(boto3.__version__)'],
};

const results = z.object({
	objects: z.unknown(),
	listing: z.unknown(),
	large: z.unknown(),
	copy: z.unknown(),
	delete: z.unknown(),
	refusals: z.unknown(),
	links: z.object({
		get: z.string(),
		put: z.string(),
		oldGet: z.string(),
		form: z.string(),
		formFields: z.record(z.string(), z.string()),
	}),
});

describeWithClient(boto3, () => {
	const folder = mkdtempSync(join(tmpdir(), 'boto3-'));
	let store: ObjectStore;
	let came: z.infer<typeof results>;
	beforeAll(async () => {
		const keys = { accessKey: 'access', secretKey: 'a-secret' };
		store = await startObjectStore({ folder, buckets: [BUCKET], ...keys });
		const script = ['test/standin/clients/boto3Calls.py', BUCKET];
		const { stdout, stderr } = await runClient(boto3.program, script, store);
		if (stdout === '') throw new Error(stderr);
		came = results.parse(JSON.parse(stdout));
	});

	afterAll(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	it('puts, heads and gets an object, and a range of it', () => {
		expect(came.objects).toEqual({
			content: 'content',
			part: 'ont',
			partStatus: 206,
			sizeBytes: 7,
			type: 'text/plain',
			metadata: { who: 'me' },
		});
	});

	it('lists in pages, with what the delimiter rolls up', () => {
		expect(came.listing).toEqual([
			{ keys: ['l/1', 'l/2'], prefixes: [] },
			{ keys: ['l/3'], prefixes: ['l/4/'] },
		]);
	});

	it('uploads, copies and downloads in parts', () => {
		expect(came.large).toEqual({ same: true, copySame: true, etagEnd: '-3"', uploadsLeft: 0 });
	});

	it('copies an object with its metadata, and deletes one and many', () => {
		expect(came.copy).toEqual({ content: 'content', metadata: { who: 'me' } });
		expect(came.delete).toEqual({ deleted: ['l/1', 'none'], copy: 'NoSuchKey' });
	});

	it('presigns what anybody opens and fills', async () => {
		const { get, put } = came.links;
		expect(await (await fetch(get)).text()).toBe('content');
		expect((await fetch(put, { method: 'PUT', body: 'by link' })).status).toBe(200);
		expect(String(await store.read(BUCKET, 'put by link'))).toBe('by link');
	});

	it('hears S3 errors in their own names, also of what the store does not play', () => {
		expect(came.refusals).toEqual({
			NoSuchKey: 'NoSuchKey',
			NoSuchBucket: 'NoSuchBucket',
			tagging: 'NotImplemented',
			versions: 'NotImplemented',
			acl: 'NotImplemented',
			encryption: 'NotImplemented',
			lifecycle: 'NotImplemented',
			oldSignature: 'InvalidRequest',
		});
	});

	it('is told the same of a link of the old kind and of an upload by form', async () => {
		const { oldGet, form, formFields } = came.links;
		const refused = await fetch(oldGet);
		expect([refused.status, await errorCode(refused)]).toEqual([400, 'InvalidRequest']);
		const body = new FormData();
		for (const [name, value] of Object.entries(formFields)) body.append(name, value);
		body.append('file', 'content');
		expect(await errorCode(await fetch(form, { method: 'POST', body }))).toBe('NotImplemented');
	});
});
