// RunPod's older faces put this behind the name of an endpoint that has FlashBoot.
const FLASHBOOT_SUFFIX = / -fb$/;

/** The name as it was given. */
export function plainName({ name }: { name: string }): string {
	return name.replace(FLASHBOOT_SUFFIX, '');
}
