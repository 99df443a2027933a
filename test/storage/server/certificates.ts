import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDER = resolve(__dirname, '..', '..', 'fixtures', 'certificates');

/** The private CA that signed all but the self-signed one; PEM. */
export const CA_CERTIFICATE = read('ca.crt');

/**
 * What a TLS server of a test shows; PEM. All are for localhost and 127.0.0.1 but `elsewhere`, which is for
 * storage.example.com; all are valid until 2120 but `expired`.
 */
export function serverCertificate(name: 'localhost' | 'expired' | 'elsewhere' | 'self-signed'): {
	key: string;
	cert: string;
} {
	return { key: read('server.key'), cert: read(`${name}.crt`) };
}

function read(file: string): string {
	return readFileSync(resolve(FOLDER, file), 'utf8');
}
