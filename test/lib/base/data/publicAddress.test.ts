import { expect, it } from '@jest/globals';
import { isPublicAddress } from '../../../../lib/base/data/publicAddress';

it.each([
	['https://n8n.example.com/webhook-waiting/7?signature=x', true],
	['http://n8n.example.com:5678/', true],
	['https://203.0.113.7/', true],
	['https://[2001:db8::1]/', true],
	['https://172.32.0.1/', true],
	['https://100.128.0.1/', true],
	['http://localhost:5678/', false],
	['http://n8n.localhost/', false],
	['http://n8n:5678/', false],
	['http://n8n.local./', false],
	['http://n8n.internal/', false],
	['http://127.0.0.1/', false],
	['http://127.1/', false],
	['http://2130706433/', false],
	['http://0x7f000001/', false],
	['http://0.0.0.0/', false],
	['http://10.1.2.3/', false],
	['http://172.16.0.1/', false],
	['http://192.168.1.5/', false],
	['http://169.254.1.1/', false],
	['http://100.64.0.1/', false],
	['http://[::1]/', false],
	['http://[::ffff:127.0.0.1]/', false],
	['http://[fe80::1]/', false],
	['http://[fd00::1]/', false],
	['', false],
	['n8n.example.com', false],
])('%s: %s', (url, isPublic) => {
	expect(isPublicAddress(url)).toBe(isPublic);
});
