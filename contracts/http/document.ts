import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import openapiSchema from '@seriousme/openapi-schema-validator/schemas/v3.1/schema.json' with { type: 'json' }
import { isObject } from '../expect.ts'

type Json = Record<string, unknown>

/** An operation of an OpenAPI document: what can be asked for with one method at one path. */
export interface Operation {
  /** In capitals. */
  readonly method: string
  /** With its template expressions: `/orders/{id}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Where the schema of the JSON request body stands, if there is one. */
  readonly requestSchema: string | undefined
  readonly requestRequired: boolean
  /** By status code as documented: `200`, `4XX` or `default`. */
  readonly responses: ReadonlyMap<string, DocumentedResponse>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  /** A JSON pointer into the document. */
  readonly schema: string | undefined
  /** What the schema says is meant when the parameter is left out. */
  readonly default: unknown
}

interface DocumentedResponse {
  /** In lower case. */
  readonly headers: readonly string[]
  /** By media type, where its schema stands, if it has one. */
  readonly content: ReadonlyMap<string, string | undefined>
}

/** Ajv takes the whole document for a schema, since references lead through it: so it has to know these names as well. */
const rootFields = ['openapi', 'info', 'jsonSchemaDialect', 'servers', 'paths', 'webhooks'].concat([
  'components',
  'security',
  'tags',
])

/** What OpenAPI adds to JSON Schema. */
const schemaFields = ['discriminator', 'xml', 'externalDocs', 'example']

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1) that was held against the specification's own schema, and each
 * of its Schema Objects against JSON Schema 2020-12, without keywords of older versions such as `nullable`.
 */
export class OpenApiDocument {
  readonly operations: readonly Operation[]
  readonly #document: Json
  readonly #ajv: Ajv2020
  readonly #validators = new Map<string, ValidateFunction>()

  /** @throws Error that says where the document is not valid OpenAPI 3.1 */
  constructor(document: unknown) {
    isOpenApi ??= openApiValidator()
    if (!isObject(document) || !isOpenApi(document)) {
      throw new Error(`/openapi.json is not valid OpenAPI 3.1: ${faults(isOpenApi)}`)
    }
    this.#document = document
    this.#ajv = new Ajv2020({
      allErrors: true,
      strictTypes: false,
      strictTuples: false,
      strictRequired: false,
    })
    addFormats.default(this.#ajv)
    // A keyword of OpenAPI 3.0, which Ajv knows but JSON Schema does not.
    this.#ajv.removeKeyword('nullable')
    this.#ajv.addVocabulary([...rootFields, ...schemaFields])
    this.#ajv.addSchema(document, 'openapi.json')
    this.operations = this.#readOperations()

    for (const schema of schemasIn(document)) this.validator(schema)
  }

  /** The operation that a request reaches, if one is documented. A template expression stands for one segment. */
  operation(method: string, path: string): Operation | undefined {
    const [pathname = ''] = path.split('?')
    return this.operations
      .filter((operation) => operation.method === method && fits(operation.path, pathname))
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
  }

  /**
   * A validator for the schema at a JSON pointer into the document.
   *
   * @throws Error for a schema that is not valid, or refers to one that is not there
   */
  validator(schema: string): ValidateFunction {
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
    return Object.entries(objectAt(this.#document, 'paths')).flatMap(([path, pathItem]) =>
      methods
        .filter((method) => isObject(pathItem) && method in pathItem)
        .map((method) => this.#readOperation(path, method)),
    )
  }

  #readOperation(path: string, method: string): Operation {
    const at = pointer('paths', path, method)
    const operation = this.#at(at)
    const body = this.#at(`${at}/requestBody`)
    return {
      method: method.toUpperCase(),
      path,
      parameters: [...this.#parameters(pointer('paths', path)), ...this.#parameters(at)],
      requestSchema: this.#content(body).get('application/json'),
      requestRequired: body.value['required'] === true,
      responses: new Map(
        Object.keys(objectAt(operation.value, 'responses')).map((status) => {
          const response = this.#at(`${operation.at}/responses/${status}`)
          const headers = Object.keys(objectAt(response.value, 'headers'))
          return [
            status,
            { headers: headers.map((n) => n.toLowerCase()), content: this.#content(response) },
          ]
        }),
      ),
    }
  }

  #parameters(at: string): Parameter[] {
    const list = this.#at(at).value['parameters']
    if (!Array.isArray(list)) return []
    return list.map((_, index) => {
      const parameter = this.#at(`${at}/parameters/${index}`)
      const { name, in: place, required, schema } = parameter.value
      return {
        name: String(name),
        in: String(place),
        required: required === true,
        schema: schema === undefined ? undefined : `${parameter.at}/schema`,
        default: this.#at(`${parameter.at}/schema`).value['default'],
      }
    })
  }

  #content({ value, at }: Located): Map<string, string | undefined> {
    return new Map(
      Object.entries(objectAt(value, 'content')).map(([type, media]) => [
        type.replace(/;.*/s, '').trim().toLowerCase(),
        isObject(media) && 'schema' in media
          ? `${at}${pointer('content', type, 'schema')}`
          : undefined,
      ]),
    )
  }

  /** The object at a pointer and where it really stands, after its references; an empty object where there is none. */
  #at(at: string): Located {
    let value: unknown = this.#document
    for (const part of at.split('/').slice(1)) {
      value = isObject(value) || Array.isArray(value) ? (value as Json)[unescape(part)] : undefined
    }
    if (!isObject(value)) return { value: {}, at }
    const reference = value['$ref']
    if (typeof reference !== 'string') return { value, at }
    const target = this.#at(decodeURIComponent(reference.replace(/^#/, '')))
    if (Object.keys(target.value).length > 0) return target
    throw new Error(`/openapi.json: the reference ${reference} at ${at} leads nowhere`)
  }
}

/** Where the Schema Objects of a document stand, without those inside of others. */
function* schemasIn(value: unknown, at = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, part] of Object.entries(value)) {
    const here = at + pointer(name)
    if (name === 'schema' || at === '/components/schemas') yield here
    else if (!['example', 'examples', 'default'].includes(name)) yield* schemasIn(part, here)
  }
}

interface Located {
  readonly value: Json
  readonly at: string
}

/** What the last call of a validator found, as one line. */
export function faults({ errors }: Pick<ValidateFunction, 'errors'>): string {
  return (errors ?? [])
    .slice(0, 5)
    .map(({ instancePath, message }) => `${instancePath || 'the whole'} ${message}`)
    .join('; ')
}

/** Whether a path fits a path template, in which each expression stands for one segment. */
function fits(template: string, path: string): boolean {
  const [expected, actual] = [template.split('/'), path.split('/')]
  return (
    expected.length === actual.length &&
    expected.every((part, i) => part === actual[i] || (part.startsWith('{') && actual[i] !== ''))
  )
}

/** Compiled when it is needed first. */
let isOpenApi: ValidateFunction | undefined

function openApiValidator(): ValidateFunction {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addFormat('media-range', true)
  return ajv.compile(openapiSchema)
}

function objectAt(object: Json, name: string): Json {
  const value = object[name]
  return isObject(value) ? value : {}
}

/** A JSON pointer (RFC 6901). */
function pointer(...parts: string[]): string {
  return parts.map((part) => `/${part.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')
}

function unescape(part: string): string {
  return part.replace(/~1/g, '/').replace(/~0/g, '~')
}
