import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A self-signed certificate, valid from now for so many days; PEM. */
export function makeCertificate(
	folder: string,
	{ altName = 'DNS:localhost,IP:127.0.0.1', name = 'tls' } = {},
): { key: string; cert: string } {
	const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
	const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
	const subject = ['-subj', '/CN=wan-avatar', '-addext', `subjectAltName=${altName}`];
	const output = ['-keyout', keyFile, '-out', certFile];
	execFileSync('openssl', [...request, ...subject, ...output], { stdio: 'pipe' });
	return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
}
