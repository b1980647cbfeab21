import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import openapiSchema from '@seriousme/openapi-schema-validator/schemas/v3.1/schema.json' with { type: 'json' }
import { isObject } from '../expect.ts'

type Json = Record<string, unknown>

/** An operation of an OpenAPI document: one method at one path. */
export interface Operation {
  /** In upper case. */
  readonly method: string
  /** With its template expressions: `/orders/{id}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** A JSON pointer to the schema of the JSON request body. */
  readonly requestSchema: string | undefined
  readonly requestRequired: boolean
  /** Keyed by status as documented: `200`, but also `4XX` or `default`. */
  readonly responses: ReadonlyMap<string, DocumentedResponse>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  /** A JSON pointer to the schema. */
  readonly schema: string | undefined
  /** The default value that the schema names. */
  readonly default: unknown
}

interface DocumentedResponse {
  /** In lower case. */
  readonly headers: readonly string[]
  /** JSON pointers to the schemas, keyed by media type. */
  readonly content: ReadonlyMap<string, string | undefined>
}

/**
 * Keywords that Ajv must accept: the fields of the document, which it reads as one schema to resolve references, and those that
 * OpenAPI adds to JSON Schema.
 */
const openApiKeywords = [
  ...['openapi', 'info', 'jsonSchemaDialect', 'servers', 'paths', 'webhooks'],
  ...['components', 'security', 'tags', 'discriminator', 'xml', 'externalDocs', 'example'],
]

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * A valid OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1). It matches the specification's own schema, and its Schema
 * Objects are JSON Schema 2020-12 without keywords of older versions such as `nullable`.
 */
export class OpenApiDocument {
  readonly operations: readonly Operation[]
  readonly #document: Json
  readonly #ajv: Ajv2020
  readonly #validators = new Map<string, ValidateFunction>()

  /** @throws Error that names each place that is not valid OpenAPI 3.1 */
  constructor(document: unknown) {
    isOpenApi ??= compileOpenApi()
    if (!isObject(document) || !isOpenApi(document)) {
      throw new Error(`/openapi.json is not valid OpenAPI 3.1: ${formatErrors(isOpenApi)}`)
    }
    this.#document = document
    this.#ajv = new Ajv2020({
      allErrors: true,
      strictTypes: false,
      strictTuples: false,
      strictRequired: false,
    })
    addFormats.default(this.#ajv)
    // Ajv knows this keyword of OpenAPI 3.0, JSON Schema doesn't.
    this.#ajv.removeKeyword('nullable')
    this.#ajv.addVocabulary(openApiKeywords)
    this.#ajv.addSchema(document, 'openapi.json')
    this.operations = this.#readOperations()

    for (const schema of findSchemas(document)) this.compile(schema)
  }

  /** Finds the documented operation that a request reaches. A template expression matches one segment. */
  findOperation(method: string, path: string): Operation | undefined {
    const [pathname = ''] = path.split('?')
    return this.operations
      .filter(
        (operation) => operation.method === method && matchesTemplate(operation.path, pathname),
      )
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
  }

  /**
   * Compiles the schema at a JSON pointer into a validator.
   *
   * @throws Error for a schema that is invalid or has a broken reference
   */
  compile(schema: string): ValidateFunction {
    const known = this.#validators.get(schema)
    if (known) return known
    try {
      const validator = this.#ajv.compile({ $ref: `openapi.json#${encodeURI(schema)}` })
      this.#validators.set(schema, validator)
      return validator
    } catch (error) {
      throw new Error(`/openapi.json: the schema at ${schema}: ${String(error)}`, { cause: error })
    }
  }

  #readOperations(): Operation[] {
    return Object.entries(getObject(this.#document, 'paths')).flatMap(([path, pathItem]) =>
      methods
        .filter((method) => isObject(pathItem) && method in pathItem)
        .map((method) => this.#readOperation(path, method)),
    )
  }

  #readOperation(path: string, method: string): Operation {
    const at = formatPointer('paths', path, method)
    const operation = this.#locate(at)
    const body = this.#locate(`${at}/requestBody`)
    return {
      method: method.toUpperCase(),
      path,
      parameters: [...this.#parameters(formatPointer('paths', path)), ...this.#parameters(at)],
      requestSchema: this.#content(body).get('application/json'),
      requestRequired: body.value['required'] === true,
      responses: new Map(
        Object.keys(getObject(operation.value, 'responses')).map((status) => {
          const response = this.#locate(`${operation.at}/responses/${status}`)
          const headers = Object.keys(getObject(response.value, 'headers'))
          return [
            status,
            { headers: headers.map((n) => n.toLowerCase()), content: this.#content(response) },
          ]
        }),
      ),
    }
  }

  #parameters(at: string): Parameter[] {
    const list = this.#locate(at).value['parameters']
    if (!Array.isArray(list)) return []
    return list.map((_, index) => {
      const parameter = this.#locate(`${at}/parameters/${index}`)
      const { name, in: place, required, schema } = parameter.value
      return {
        name: String(name),
        in: String(place),
        required: required === true,
        schema: schema === undefined ? undefined : `${parameter.at}/schema`,
        default: this.#locate(`${parameter.at}/schema`).value['default'],
      }
    })
  }

  #content({ value, at }: Located): Map<string, string | undefined> {
    return new Map(
      Object.entries(getObject(value, 'content')).map(([type, media]) => [
        type.replace(/;.*/s, '').trim().toLowerCase(),
        isObject(media) && 'schema' in media
          ? `${at}${formatPointer('content', type, 'schema')}`
          : undefined,
      ]),
    )
  }

  /** Finds the object at a pointer and follows its references. Without an object there, it is an empty one. */
  #locate(at: string): Located {
    let value: unknown = this.#document
    for (const part of at.split('/').slice(1)) {
      value = isObject(value) || Array.isArray(value) ? (value as Json)[unescape(part)] : undefined
    }
    if (!isObject(value)) return { value: {}, at }
    const reference = value['$ref']
    if (typeof reference !== 'string') return { value, at }
    const target = this.#locate(decodeURIComponent(reference.replace(/^#/, '')))
    if (Object.keys(target.value).length > 0) return target
    throw new Error(`/openapi.json: the reference ${reference} at ${at} has no target`)
  }
}

/** Finds the JSON pointers of all Schema Objects that aren't inside of another. */
function* findSchemas(value: unknown, at = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, part] of Object.entries(value)) {
    const here = at + formatPointer(name)
    if (name === 'schema' || at === '/components/schemas') yield here
    else if (!['example', 'examples', 'default'].includes(name)) yield* findSchemas(part, here)
  }
}

interface Located {
  readonly value: Json
  readonly at: string
}

/** Formats the errors of a validator's last call as one line. */
export function formatErrors({ errors }: Pick<ValidateFunction, 'errors'>): string {
  return (errors ?? [])
    .slice(0, 5)
    .map(({ instancePath, message }) => `${instancePath || 'the whole value'} ${message}`)
    .join('; ')
}

/** Whether a path matches a path template, in which each expression stands for one segment. */
function matchesTemplate(template: string, path: string): boolean {
  const [expected, actual] = [template.split('/'), path.split('/')]
  return (
    expected.length === actual.length &&
    expected.every((part, i) => part === actual[i] || (part.startsWith('{') && actual[i] !== ''))
  )
}

/** Compiled at first use. */
let isOpenApi: ValidateFunction | undefined

function compileOpenApi(): ValidateFunction {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addFormat('media-range', true)
  return ajv.compile(openapiSchema)
}

function getObject(object: Json, name: string): Json {
  const value = object[name]
  return isObject(value) ? value : {}
}

/** Formats a JSON pointer (RFC 6901). */
function formatPointer(...parts: string[]): string {
  return parts.map((part) => `/${part.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')
}

function unescape(part: string): string {
  return part.replace(/~1/g, '/').replace(/~0/g, '~')
}
