import { z } from 'zod'

/** A JSON Schema (2020-12) as OpenAPI 3.1 and AsyncAPI 3 take it. */
export type JsonSchema = { readonly [member: string]: unknown }

/** The zod definition behind a schema, as far as we look at it. */
interface Definition {
  readonly type: string
  readonly in?: z.ZodType
  readonly out?: z.ZodType
  readonly innerType?: z.ZodType
  readonly defaultValue?: unknown
}

const definitionOf = (schema: unknown): Definition => (schema as { _zod: { def: Definition } })._zod.def

/** Whether a schema first puts what is sent into shape. */
const isShaped = ({ type, in: before }: Definition): boolean =>
  type === 'pipe' && definitionOf(before).type === 'transform'

/** Leaves out what says nothing: the range of all integers, the pattern of a known format; and that answers never grow. */
const tidy = (schema: Record<string, unknown>): void => {
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum']
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum']
  if (schema['format'] === 'uuid' || schema['format'] === 'date-time') delete schema['pattern']
  if (schema['additionalProperties'] === false) delete schema['additionalProperties']
}

/**
 * The JSON Schema of what is sent (`input`) or of what comes back (`output`). What a schema first puts into shape is
 * described by the shape it asks for: JSON Schema has no words for the code that makes it.
 */
export const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _, ...found } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const definition = definitionOf(zodSchema)
      if (io === 'input' && isShaped(definition) && definition.out)
        Object.assign(jsonSchema, jsonSchemaOf(definition.out, io))
      // zod leaves the default of such a schema out: it might be one of what comes before the shape. Ours never are.
      if (io === 'input' && definition.innerType && isShaped(definitionOf(definition.innerType)))
        Object.assign(jsonSchema, 'defaultValue' in definition && { default: definition.defaultValue })
      tidy(jsonSchema)
    },
  })
  return found as JsonSchema
}

/** Whether nothing is sent or answered at all. */
export const isNothing = (schema: z.ZodType): boolean => {
  const { type } = definitionOf(schema)
  return type === 'void' || type === 'undefined'
}
