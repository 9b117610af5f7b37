const serializedOutputs = new WeakMap<object, Buffer>()

/**
 * An output as JSON. A frozen one cannot change, so a service that hands out the same frozen answer again has it written
 * once: its bytes live as long as it does.
 */
export const serialized = (output: unknown): string | Buffer => {
  if (typeof output !== 'object' || output === null || !Object.isFrozen(output)) return JSON.stringify(output)
  let bytes = serializedOutputs.get(output)
  if (bytes === undefined) serializedOutputs.set(output, (bytes = Buffer.from(JSON.stringify(output))))
  return bytes
}
