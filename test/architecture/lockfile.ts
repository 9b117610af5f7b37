/** The lockfile names what is installed, not where one machine happened to fetch it from. */
export const lockfileWithoutAddresses = (lockfile: string): string[] => {
  const { packages } = JSON.parse(lockfile) as { packages: Record<string, { resolved?: string; link?: boolean }> }
  return Object.entries(packages).flatMap(([path, { resolved, link }]) =>
    resolved && !link ? [`package-lock.json names a download address for ${path}: remove every "resolved"`] : [],
  )
}
