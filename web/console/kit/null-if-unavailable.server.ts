/** What the shop answers; nothing while whoever should answer is away. A refusal is thrown on. */
export const orAway = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work
  } catch (error) {
    if (
      error instanceof Error &&
      error.name === 'Fault' &&
      Number((error as Error & { status?: number }).status) >= 500
    )
      return null
    throw error
  }
}
