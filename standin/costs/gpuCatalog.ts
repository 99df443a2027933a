/** A GPU of the catalog; prices in USD an hour. */
interface CatalogGpu {
	id: string;
	name: string;
	/** Null: no serverless worker gets it. */
	pool: string | null;
	memory: number;
	price: { secure: number; community: number; serverless?: number };
}

const gpu = (
	pool: string | null,
	id: string,
	memory: number,
	secure: number,
	serverless?: number,
): CatalogGpu => ({
	id,
	name: id.replace(/^NVIDIA /, ''),
	pool,
	memory,
	price: {
		secure,
		community: Math.round(secure * 80) / 100,
		...(serverless === undefined ? {} : { serverless }),
	},
});

/** Made-up prices of the order of the real ones. */
const CATALOG: readonly CatalogGpu[] = [
	gpu('AMPERE_16', 'NVIDIA RTX A4000', 16, 0.25, 0.58),
	gpu('AMPERE_24', 'NVIDIA L4', 24, 0.43, 0.69),
	gpu('ADA_24', 'NVIDIA GeForce RTX 4090', 24, 0.69, 1.1),
	gpu('ADA_32_PRO', 'NVIDIA GeForce RTX 5090', 32, 0.99, 1.58),
	gpu('AMPERE_48', 'NVIDIA RTX A6000', 48, 0.49, 1.22),
	gpu('ADA_48_PRO', 'NVIDIA L40S', 48, 0.86, 1.9),
	gpu('AMPERE_80', 'NVIDIA A100 80GB PCIe', 80, 1.39, 2.736),
	gpu('AMPERE_80', 'NVIDIA A100-SXM4-80GB', 80, 1.49, 2.736),
	gpu('ADA_80_PRO', 'NVIDIA H100 80GB HBM3', 80, 2.69, 4.176),
	gpu('HOPPER_141', 'NVIDIA H200', 141, 3.59, 5.58),
	gpu('BLACKWELL_96', 'NVIDIA RTX PRO 6000 Blackwell Server Edition', 96, 1.84, 4),
	gpu('BLACKWELL_180', 'NVIDIA B200', 180, 5.98, 8.64),
	gpu(null, 'NVIDIA RTX A2000', 6, 0.12),
];

/** The answer of `GET /v2/catalog/gpus`. */
export function listGpuTypes(): Record<string, unknown> {
	return {
		gpus: CATALOG.map((one) => ({
			...one,
			manufacturer: 'NVIDIA',
			secure: true,
			community: true,
			maxCount: { secure: 8, community: 4 },
		})),
	};
}

/** The GPU types that workers of these pools are placed on. */
export function gpuTypesIn(pools: readonly string[], excludedTypes: readonly string[]): string[] {
	return CATALOG.filter(
		({ id, pool }) => pools.some((one) => one === pool) && !excludedTypes.includes(id),
	).map(({ id }) => id);
}

/** USD an hour of one GPU on a serverless worker. */
export function hourlyPriceOf(gpuType: string): number {
	return CATALOG.find(({ id }) => id === gpuType)?.price.serverless ?? 0;
}
