import { expect, it } from '@jest/globals';
import { explainStorageFault } from '../../../../lib/storage/client/faults';
import { parseStorageSettings } from '../../../../lib/storage/client/minioCredential';

const settings = parseStorageSettings({
	endpoint: 'minio:9000',
	accessKey: 'access',
	secretKey: 'the-secret-key',
	bucket: 'avatars',
});

it.each([
	['the secret key', 'Echoed the-secret-key', 'It gave the code Echoed •••.'],
	['lines and markup', 'Odd\n<b>code</b>', 'It gave the code Odd code.'],
])('a code of the store with %s is shown as other remote text is', (_what, code, remedy) => {
	const fault = explainStorageFault(Object.assign(new Error('no'), { code }), settings);
	expect(fault.remedy).toBe(remedy);
	expect(fault.code).toBe('STORAGE');
});
