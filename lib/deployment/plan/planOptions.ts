export interface PlanOptions {
	/** Replaces the registry auth, whose password cannot be compared. */
	rotateRegistryAuth?: boolean;
}
