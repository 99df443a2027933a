import { WanAvatarError } from '../../base/errors/errors';

/**
 * Honours n8n's *Allowed HTTP Request Domains*, which n8n itself applies only to its own request functions.
 * @throws WanAvatarError DOMAIN_NOT_ALLOWED
 */
export function assertDomainAllowed(
	url: string,
	allowedDomains: readonly string[] | undefined,
): void {
	if (!allowedDomains) return;
	const { hostname } = new URL(url);
	if (allowedDomains.some((domain) => matches(hostname.toLowerCase(), domain))) return;
	throw new WanAvatarError(
		'DOMAIN_NOT_ALLOWED',
		`The RunPod credential does not allow requests to ${hostname}`,
		{
			remedy: `Add ${hostname} to Allowed Domains in the RunPod API credential, or set Allowed HTTP Request Domains to All.`,
		},
	);
}

/** `*.example.com` stands for subdomains only, as in n8n. */
function matches(hostname: string, domain: string): boolean {
	return domain.startsWith('*.') ? hostname.endsWith(domain.slice(1)) : hostname === domain;
}
