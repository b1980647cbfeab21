import type { Mutant } from './mutate.ts'

/** Mutants that change the same file. */
function inFile(file: string, ...mutants: readonly Omit<Mutant, 'file'>[]): Mutant[] {
  return mutants.map((mutant) => ({ file, ...mutant }))
}

const logCheck = 'each request is logged in one line on standard output, without a URL in it'
const exitCheck =
  'the service exits 0 within 5 s of SIGTERM while connections are idle, silent or stuck half-way'

const main = inFile(
  'main.py',
  {
    fault: 'a half-sent request keeps the process alive',
    from: ', timeout_graceful_shutdown=2',
    to: '',
    fails: [exitCheck],
  },
  {
    fault: 'SIGTERM ends the process with 143',
    from: '(signal.SIGINT, signal.SIGTERM)',
    to: '(signal.SIGINT,)',
    fails: [exitCheck],
  },
  {
    fault: 'SIGTERM cuts requests in flight',
    from: 'uvicorn.Server(config)',
    to: 'uvicorn.Server.handle_exit = lambda *_: os._exit(0)\nuvicorn.Server(config)',
    fails: ['the 20 quotes in flight at SIGTERM are finished'],
  },
  {
    fault: 'an IPv6 address is printed without brackets',
    from: 'f"[{host}]" if is_ipv6 else host',
    to: 'host',
    fails: ['prints an address that a client can open when HOST is ::1'],
  },
  {
    fault: 'the service exits 0 when it cannot listen',
    from: 'sys.exit(f"Cannot listen',
    to: 'sys.exit(0 and f"Cannot listen',
    fails: [
      'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    ],
  },
  {
    fault: 'LOG_LEVEL is ignored',
    from: 'log_level=levels[level]',
    to: 'log_level="info"',
    fails: ['LOG_LEVEL=silent leaves the address as the only line on standard output'],
  },
  {
    fault: 'a request is logged twice',
    from: '    return True',
    to: '    logging.getLogger("uvicorn.access").handlers[0].emit(record)\n    return True',
    fails: [logCheck],
  },
  {
    fault: 'the log contains the query of a request',
    from: 'path.split("?")[0]',
    to: 'path',
    fails: [logCheck],
  },
)

const store = inFile(
  'orders.py',
  {
    fault: 'createdAt has no time zone',
    from: 'datetime.now(UTC)',
    to: 'datetime.now()',
    fails: ['a new order gets its own UUID and its creation time in UTC (RFC 3339)'],
  },
  {
    fault: 'the store keeps 10,001 orders',
    from: '> 10_000',
    to: '> 10_001',
    fails: ['the newest 10,000 orders are kept, and the one before them is dropped'],
  },
)

const models = inFile(
  'models.py',
  {
    fault: 'numbers are converted to a customerId',
    from: 'customer_id: str = Field(',
    to: 'customer_id: str = Field(strict=False, coerce_numbers_to_str=True, ',
    fails: [
      'no other type is converted to text: 1, true, null and ["a"] are neither customerId, sku nor note',
    ],
  },
  {
    fault: 'a single item is accepted without a list',
    from: 'list[Item] = Field(min_length=1, max_length=50)',
    to: 'list[Item] | Item',
    fails: ['no other type is converted to a list or an object: items must be a list of objects'],
  },
  {
    fault: 'a sku may end in any way',
    from: '{3,20}$',
    to: '{3,20}',
    fails: ['a sku is 3 to 20 characters, each of them A-Z, 0-9 or a hyphen'],
  },
  {
    fault: 'values are converted to a quantity',
    from: 'quantity: int = Field(',
    to: 'quantity: int = Field(strict=False, ',
    fails: [
      'a quantity sent as text is rejected: "2" is not 2',
      'no other type is converted to a number: true, null and [2] are no quantities',
    ],
  },
  {
    fault: 'an order without a note gets a null',
    from: ', exclude_if=lambda note: note is None',
    to: '',
    fails: ['an order without a note has no note, not even null'],
  },
  {
    fault: 'unknown properties are dropped',
    from: 'extra="forbid"',
    to: 'extra="ignore"',
    fails: [
      'an unknown property is rejected at its own pointer',
      'an order that sets id, createdAt or riskScore is rejected',
    ],
  },
  {
    fault: 'properties may have the names of Python',
    from: 'strict=True,',
    to: 'strict=True, validate_by_name=True,',
    fails: ['an unknown property is rejected at its own pointer'],
  },
)

const problem = inFile(
  'problem.py',
  {
    fault: 'errors are reported at the parent',
    from: 'location[1:]',
    to: 'location[1:-1]',
    fails: [
      'a missing property is reported at its own pointer: /items, not the order around it',
      'an unknown property is rejected at its own pointer',
    ],
  },
  {
    fault: 'null and numbers count as malformed JSON',
    from: '== "json_invalid"',
    to: 'in ("json_invalid", "model_attributes_type")',
    fails: ["a body that is null, a number, text, true or a list is rejected at the pointer ''"],
  },
  {
    fault: 'malformed JSON is answered with 422',
    from: '== "json_invalid"',
    to: 'is None',
    fails: ['malformed JSON is answered with 400'],
  },
  {
    fault: 'FastAPI answers an unknown path',
    from: '    HTTPException: handle_http_error,\n',
    to: '',
    fails: ['an unknown path is answered with 404'],
  },
  {
    fault: 'an error contains its stack trace',
    from: 'error.detail',
    to: '"".join(__import__("traceback").format_exception(error))',
    fails: ['no answer was a 5xx, and no error was HTML or held a stack trace'],
  },
)

const app = inFile(
  'app.py',
  {
    fault: 'the health has another status',
    from: 'Health(status="ok")',
    to: 'Health.model_construct(status="up")',
    fails: ['GET /health answers 200 {"status":"ok"}'],
  },
  {
    fault: 'the riskScore of the store is sent',
    from: 'response: Response) -> Order:',
    to: 'response: Response) -> StoredOrder:',
    fails: ['no undeclared field is sent: the riskScore stays in the store'],
  },
  {
    fault: 'a body is optional',
    from: 'new: NewOrder, response: Response',
    to: 'response: Response, new: NewOrder | None = None',
    fails: ['an empty body is answered with 400 or 422'],
  },
  {
    fault: 'a body of 64 KiB is too large',
    from: '64 * 1024',
    to: '63 * 1024',
    fails: ['an order of exactly 64 KiB is accepted'],
  },
  {
    fault: 'a body without a media type is read as JSON',
    from: 'FastAPIOffline(\n',
    to: 'FastAPIOffline(\n    strict_content_type=False,\n',
    fails: [
      'an order sent as text/plain, as a form, as XML or without a media type is answered with a 4xx',
    ],
  },
  {
    fault: 'an ID that is not a UUID is answered with 422',
    from: 'find_order(order_id: str)',
    to: 'find_order(order_id: UUID)',
    fails: ['an ID that is not a UUID is answered with 404, not 400 or 422'],
  },
  {
    fault: 'a limit may be 1.5',
    from: 'Annotated[int, Query',
    to: 'Annotated[float, Query',
    fails: ['a limit of 0, 101, -1, 1.5 or "many" is answered with 422 at /limit'],
  },
  {
    fault: 'a quote names the newest order',
    from: 'order_id=order.id',
    to: 'order_id=store.newest(1)[0].id',
    fails: ['20 concurrent quotes are each answered for their own order'],
  },
  {
    fault: 'the documentation loads scripts from another origin',
    from: 'from fastapi_offline import FastAPIOffline',
    to: 'from fastapi import FastAPI as FastAPIOffline',
    fails: [
      'GET /docs is an HTML page that loads its scripts, styles and pictures from the service itself',
    ],
  },
  {
    fault: 'a reference of the document has no target',
    from: '("HTTPValidationError", "ValidationError")',
    to: '("HTTPValidationError", "ValidationError", "InputError")',
    fails: ['GET /openapi.json returns a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'the length of a note is not documented',
    from: '    return document',
    to: '    del document["components"]["schemas"]["NewOrder"]["properties"]["note"]["anyOf"]\n    return document',
    fails: [
      'the documented order is as strict as the service: every order sent so far fits it or was rejected',
    ],
  },
  {
    fault: 'an error status is not documented',
    from: '413: TOO_LARGE, ',
    to: '',
    fails: ['every response so far is documented: its status, its media type and its body'],
  },
  {
    fault: 'the 422 that FastAPI adds is documented',
    from: '                del responses["422"]',
    to: '                responses["422"]["content"] = responses["404"]["content"].copy()',
    fails: ['every documented response was produced by one of these checks'],
  },
)

/**
 * Faults of each kind: what Python, Pydantic and FastAPI do by default, and what the example adds. The mutants of Express make
 * every check fail. The slowest come first, so that the others run in parallel.
 */
export const mutants: readonly Mutant[] = [...main, ...store, ...app, ...problem, ...models]
